// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A gap between the old rules and the new ones is found, however short.</summary>
public sealed class ReloadGapTests
{
    [Test]
    public async Task A_reload_that_deletes_the_table_before_it_loads_it_leaks()
    {
        using var firewall = TestFirewall.Of(
            up: $"exec '{TestFirewall.SealedUp}'", reload: $"nft delete table inet example\nexec '{TestFirewall.SealedUp}'");

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-reload");

        run.ExitCode.Should().Be(1, "{0}", run);
        var scenario = run.Report["oob-reload"];
        TestContext.Out.WriteLine(scenario.Reason);
        scenario.Verdict.Should().Be("leak");
        scenario.Leaks.Should().Contain(leak => leak.Probe == "udp-blast-v4" && leak.Class == "shared-vpn-server");
        scenario.Leaks.Where(leak => leak.Probe == "udp-blast-v4").Should().OnlyContain(leak => leak.SinceFault > 0);
    }
}
