// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>Without a firewall everything leaks, and the suite says so.</summary>
[TestFixture(Namespaces)]
[TestFixture(Containers)]
public sealed class NoFirewallTests(string lab) : SuiteFixture(
    lab, "--firewall", "none", "--scenario", "oob-*", "--scenario", "openvpn-real-sigkill", "--scenario", "openvpn-real-sigstop")
{
    [Test]
    public void The_exit_code_is_1_and_the_verdict_leak()
    {
        Run.ExitCode.Should().Be(1);
        Report.Verdict.Should().Be("leak");
    }

    [Test]
    public void Every_scenario_leaks()
    {
        Report.Scenarios.Should().HaveCountGreaterThan(10);
        Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "leak" && scenario.LeakedFrames > 0);
    }

    [Test]
    public void Flows_of_the_tunnel_go_on_in_the_clear_when_it_is_set_down_but_not_when_its_process_is_stopped()
    {
        string[] established = ["tcp-established-v4", "tcp-established-v6", "udp-connected-v4", "udp-connected-v6"];

        Leaked("oob-tun-down").Should().Contain(established);
        Leaked("oob-sigstop").Should().NotBeEmpty().And.NotContain(established);
    }

    private IEnumerable<string> Leaked(string id)
    {
        return Report[id].Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name);
    }
}
