// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>Kill switches that are images: they bring their tunnel along, and get the verdicts that they deserve.</summary>
public static class ImageFirewallTests
{
    private static readonly string[] Scenarios =
    [
        "openvpn-sigkill", "openvpn-sighup", "openvpn-tun-down", "openvpn-routes-deleted", "openvpn-restart", "openvpn-halt",
        "openvpn-blackhole", "openvpn-stays",
    ];

    private static string[] Arguments(string image)
    {
        return ["--firewall", "image:" + image, .. Scenarios.SelectMany(scenario => new[] { "--scenario", scenario })];
    }

    /// <summary>One that lets marked packets of OpenVPN out and nothing else.</summary>
    public sealed class ByMark() : SuiteFixture(Containers, Arguments("leakverifier/kill-switch-by-mark"))
    {
        [Test]
        public void It_is_sealed_while_the_ordinary_client_without_a_firewall_leaked()
        {
            Run.ExitCode.Should().Be(0, "{0}", Run);
            Report.Scenarios.Select(scenario => scenario.Id).Should().BeEquivalentTo(Scenarios);
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "sealed" && scenario.ControlFrames > 0);
        }

        [Test]
        public void Its_own_OpenVPN_was_the_tunnel()
        {
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Protected!.TransportPackets["data"] > 0);
        }

        [Test]
        public async Task No_container_of_the_run_is_left()
        {
            (await Engine.LabContainersAsync()).Should().BeEmpty();
        }
    }

    /// <summary>One that lets everybody reach the VPN server's address.</summary>
    public sealed class ByAddress() : SuiteFixture(Containers, Arguments("leakverifier/kill-switch-by-address"))
    {
        [Test]
        public void It_leaks_everywhere_to_the_VPN_servers_address()
        {
            Run.ExitCode.Should().Be(1, "{0}", Run);
            Report.Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "leak");
            Report.Scenarios.SelectMany(scenario => scenario.Leaks).Should().Contain(leak => leak.Class == "shared-vpn-server")
                .And.OnlyContain(leak => leak.Class == "tunnel-address-named" || leak.Summary.Contains("> 203.0.113.10"));
        }
    }

    /// <summary>Images that are of no use.</summary>
    [NonParallelizable]
    public sealed class OfNoUse
    {
        [Test]
        public async Task An_image_that_is_not_there_ends_with_69_and_is_named()
        {
            var run = await RunAsync("docker", "leakverifier/nowhere");

            run.ExitCode.Should().Be(69, "{0}", run);
            run.Error.Should().Contain("has no image leakverifier/nowhere; build or pull it");
        }

        [Test]
        public async Task An_image_without_the_Docker_lab_ends_with_64()
        {
            var run = await RunAsync("netns", "leakverifier/kill-switch-by-mark");

            run.ExitCode.Should().Be(64, "{0}", run);
            run.Error.Should().Contain("add --lab docker");
        }

        [Test]
        public async Task A_scenario_in_which_the_harness_is_the_tunnel_ends_with_64()
        {
            var run = await RunAsync("docker", "leakverifier/kill-switch-by-mark", "oob-sigkill");

            run.ExitCode.Should().Be(64, "{0}", run);
            run.Error.Should().Contain("give openvpn-* scenarios");
        }

        [TestCase("""ENTRYPOINT ["sh", "-c", "echo this will not do; exit 3"]""", "it ended: this will not do")]
        [TestCase("""ENTRYPOINT ["/nowhere"]""", "/nowhere")]
        [TestCase("""ENTRYPOINT ["sleep", "infinity"]""", "the tunnel did not come up within 30 s")]
        public async Task An_image_that_does_not_come_up_is_inconclusive_with_its_last_words(string entryPoint, string words)
        {
            const string name = "leakverifier/of-no-use";
            var folder = Directory.CreateTempSubdirectory("leakverifier-image-").FullName;
            try
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), $"FROM leakverifier/server\n{entryPoint}\n");
                await Engine.AskAsync("build", "--quiet", "--tag", name, folder);

                var run = await RunAsync("docker", name);

                run.ExitCode.Should().Be(2, "{0}", run);
                run.Report["openvpn-sigkill"].Reason.Should().Contain(words);
                (await Engine.LabContainersAsync()).Should().BeEmpty();
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
                await Engine.AskAsync("image", "rm", "--force", name);
            }
        }

        private static Task<VerifyRun> RunAsync(string lab, string image, string scenario = "openvpn-sigkill")
        {
            return VerifyRun.RunAsync("--lab", lab, "--firewall", "image:" + image, "--scenario", scenario);
        }
    }
}
