// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.UnitTests.Firewall;

namespace LeakVerifier.UnitTests.Packaging;

/// <summary>The unit that closes the machine at boot.</summary>
public sealed class BootUnitTests
{
    private static readonly string Unit =
        Path.GetFullPath(Path.Combine(GoldenRulesets.Folder, "../../../../packaging/systemd/vpn-firewall.service"));

    [Test]
    public void The_program_is_asked_even_where_a_step_before_it_fails()
    {
        var steps = File.ReadLines(Unit).Where(line => line.StartsWith("ExecStartPre=", StringComparison.Ordinal)).ToList();

        steps.Should().NotBeEmpty().And.OnlyContain(step => step.StartsWith("ExecStartPre=-", StringComparison.Ordinal));
    }
}
