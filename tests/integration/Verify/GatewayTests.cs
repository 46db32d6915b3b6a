// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A workstation behind a gateway: each way in which a gateway can fail it is seen, by itself.</summary>
public static class GatewayTests
{
    private const string Scenario = "gateway-tun-down";

    /// <summary>The smallest firewall that closes a gateway, and that one with a hole.</summary>
    [TestFixture("netns")]
    [TestFixture("docker")]
    public sealed class WithAHole(string lab)
    {
        [Test]
        public async Task The_smallest_example_seals_a_gateway()
        {
            var report = await RunAsync("");

            report.Verdict.Should().Be("sealed", "{0}", report.Reason);
            report.Probes.Single(probe => probe.Name == "external-address-v4").AttemptsSinceFault
                .Should().BeGreaterThan(100, "frames behind the gateway were searched");
        }

        [Test]
        public async Task What_is_forwarded_to_the_physical_side_leaks()
        {
            var report = await RunAsync(Forwarding("iifname eth1 oifname eth0"));

            report.Verdict.Should().Be("leak");
            report.Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name)
                .Should().Contain(["tcp-new-v4", "tcp-new-v6", "dns-udp-lan-v4", "tor-same-port-udp-v4"]);
            report.Leaks.Should().Contain(leak => leak.Interface == "eth0" && leak.Class == "direct");
        }

        [Test]
        public async Task Who_lets_a_neighbour_reach_the_workstation_leaks_inwards()
        {
            var report = await RunAsync(Forwarding("iifname eth0 oifname eth1"));

            report.Verdict.Should().Be("leak");
            report.Leaks.Should().NotBeEmpty().And.OnlyContain(leak => leak.Interface == "eth1" && leak.Class == "unsolicited");
            report.Probes.Where(probe => probe.LeakedFrames > 0).Select(probe => probe.Name)
                .Should().BeEquivalentTo(
                    "intruder-tcp-v4", "intruder-tcp-v6", "intruder-udp-v4", "intruder-udp-v6", "intruder-dns-v4", "intruder-dns-v6",
                    "intruder-icmp-v4", "intruder-icmp-v6");
        }

        [TestCase("meta l4proto tcp", "TCP", "intruder-tcp")]
        [TestCase("meta l4proto { icmp, ipv6-icmp }", "ICMP", "intruder-icmp")]
        [TestCase("udp dport 53", "UDP", "intruder-dns")]
        public async Task Who_lets_a_neighbour_in_by_one_protocol_leaks_inwards_by_that_one(string match, string protocol, string probe)
        {
            var report = await RunAsync(Forwarding("iifname eth0 oifname eth1 " + match));

            report.Verdict.Should().Be("leak", "{0}", report.Reason);
            report.Leaks.Should().NotBeEmpty().And.OnlyContain(leak =>
                leak.Interface == "eth1" && leak.Class == "unsolicited" && leak.Summary.Contains(protocol));
            report.Probes.Where(sent => sent.LeakedFrames > 0).Select(sent => sent.Name)
                .Should().BeEquivalentTo(probe + "-v4", probe + "-v6");
        }

        [Test]
        public async Task Who_tells_the_workstation_the_gateways_address_leaks_it()
        {
            // Refusals are sent from the preferred source of the route to the workstation.
            var report = await RunAsync("""
                nft insert rule inet example output oifname eth1 meta l4proto icmp accept
                nft insert rule inet example forward oifname eth0 meta nfproto ipv4 reject with icmp admin-prohibited
                ip route replace 198.51.100.194 dev eth1 src 192.0.2.100
                """);

            report.Verdict.Should().Be("leak");
            report.Leaks.Should().NotBeEmpty().And.OnlyContain(
                leak => leak.Interface == "eth1" && leak.Class == "external-address-shown" && leak.Probe == "external-address-v4");
        }

        // What is forwarded passes both chains.
        private static string Forwarding(string match)
        {
            return $"nft insert rule inet example forward {match} accept\nnft insert rule inet example output {match} accept";
        }

        private async Task<ScenarioReport> RunAsync(string hole)
        {
            using var firewall = TestFirewall.Of(await File.ReadAllTextAsync(TestFirewall.SealedUp) + hole + "\n");
            var run = await VerifyRun.RunAsync("--lab", lab, "--firewall", firewall.Folder, "--scenario", Scenario);
            run.ExitCode.Should().BeLessThan(2, "{0}", run);
            return run.Report[Scenario];
        }
    }
}
