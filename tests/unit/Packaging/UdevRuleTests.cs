// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.UnitTests.Firewall;

namespace LeakVerifier.UnitTests.Packaging;

/// <summary>Which of the kernel's events about interfaces the package hears.</summary>
public sealed class UdevRuleTests
{
    private static readonly string Rules =
        Path.GetFullPath(Path.Combine(GoldenRulesets.Folder, "../../../../packaging/udev/90-vpn-firewall.rules"));

    [TestCase("add")]
    [TestCase("move", Description = "a new name, to which the second wall of Linux 6.16 does not belong")]
    public void An_interface_that_appears_or_is_renamed_is_taken_into_the_walls_by_its_new_name(string action)
    {
        var rule = File.ReadLines(Rules).Should().ContainSingle(line => !line.StartsWith('#')).Subject;

        rule.Split(", ").Single(part => part.StartsWith("ACTION==", StringComparison.Ordinal))["ACTION==".Length..]
            .Trim('"').Split('|').Should().Contain(action);
        rule.Should().Contain("SUBSYSTEM==\"net\"").And.Contain("vpn-firewall-interface@%k.service");
    }
}
