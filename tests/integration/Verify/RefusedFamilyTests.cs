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

    private static async Task<(int ExitCode, ScenarioReport Scenario)> RunAsync(string refused)
    {
        using var firewall = TestFirewall.Of($"'{TestFirewall.SealedUp}'\nnft insert rule inet example output oifname tun0 {refused} drop");
        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-tun-down");
        return (run.ExitCode, run.Report["oob-tun-down"]);
    }
}
