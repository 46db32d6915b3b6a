// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A firewall that knows IPv4 only and closes the rest keeps IPv6 out of the tunnel too.</summary>
public sealed class RefusedFamilyTests
{
    [Test]
    public async Task A_family_that_is_refused_as_a_whole_is_sealed_and_the_report_says_so()
    {
        var (exitCode, scenario) = await RunAsync("meta nfproto ipv6");

        exitCode.Should().Be(0, "{0}", scenario.Reason);
        scenario.Verdict.Should().Be("sealed");
        scenario.Reason.Should().Contain("the firewall keeps IPv6 out of the tunnel too");
    }

    [Test]
    public async Task A_family_that_is_refused_in_part_shows_nothing_and_is_inconclusive()
    {
        var (exitCode, scenario) = await RunAsync("meta nfproto ipv6 tcp dport != 0");

        exitCode.Should().Be(2, "{0}", scenario.Reason);
        scenario.Verdict.Should().Be("inconclusive");
        scenario.Reason.Should().StartWith("tcp-established-v6 did not work before the fault: ");
    }

    /// <summary>What many kill switches do beside their rules. Addresses and routes of IPv6 are refused then, also in the tunnel.</summary>
    [TestCase("minimal-sealed")]
    [TestCase("ipv4-only")]
    public async Task A_family_that_the_firewall_disables_is_refused_as_a_whole(string example)
    {
        string[] scenarios = ["oob-tun-down", "oob-link-flap", "oob-rerouted", "openvpn-restart", "openvpn-real-sigkill"];
        var up = Path.Combine(VerifyRun.Example(example), "up");
        using var firewall = TestFirewall.Of($"'{up}' || exit\necho 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
        var run = await VerifyRun.RunAsync(
            ["--firewall", firewall.Folder, .. scenarios.SelectMany(scenario => new[] { "--scenario", scenario })]);

        foreach (var id in scenarios.Where(id => id != "oob-rerouted"))
        {
            run.Report[id].Verdict.Should().Be("sealed", "{0}: {1}", id, run.Report[id].Reason);
            run.Report[id].Reason.Should().EndWith("the firewall keeps IPv6 out of the tunnel too, since it disables it on the client");
        }

        // Its one wall does not look again after the last routing; but over IPv6 there is nothing to see there.
        run.Report["oob-rerouted"].Leaks.Should().NotBeEmpty()
            .And.NotContain(leak => leak.Summary.StartsWith("IPv6 ", StringComparison.Ordinal));
        run.Report.Disagreements.Should().BeEmpty();
        run.Report.Proofs.Should().NotBeEmpty().And.NotContain(proof => proof.Answer == null);
    }

    private static async Task<(int ExitCode, ScenarioReport Scenario)> RunAsync(string refused)
    {
        using var firewall = TestFirewall.Of($"'{TestFirewall.SealedUp}'\nnft insert rule inet example output oifname tun0 {refused} drop");
        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-tun-down");
        return (run.ExitCode, run.Report["oob-tun-down"]);
    }
}
