// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Scenarios;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>In labs of containers, with real applications as well.</summary>
public sealed class BuiltinFirewallInContainersTests() : BuiltinFirewallTests(Containers, hasApplications: true)
{
    private static IEnumerable<string> WithApplications =>
        ScenarioCatalogue.All.Where(scenario => scenario.UsesApplications).Select(scenario => scenario.Id);

    [TestCaseSource(nameof(WithApplications))]
    public void Real_applications_leak_without_it_and_not_with_it(string id)
    {
        ShouldBeSealed(Report[id]);
        ShouldHaveLeakedInControl(Report[id]);
    }

    [TestCaseSource(nameof(WithApplications))]
    public void A_real_Tor_client_tries_its_relay_on_the_VPNs_port_and_on_another(string id)
    {
        Report[id].Probes.Where(probe => probe.Name.StartsWith("tor-client-", StringComparison.Ordinal))
            .Should().HaveCount(2).And.OnlyContain(probe => probe.ControlFrames > 0 && probe.AttemptsSinceFault > 0 && probe.LeakedFrames == 0);
    }

    [Test]
    public void There_are_at_least_25_scenarios() => Report.Scenarios.Should().HaveCountGreaterThanOrEqualTo(25);

    [Test]
    public async Task No_container_of_the_run_is_left()
    {
        (await Engine.LabContainersAsync()).Should().BeEmpty();
    }
}
