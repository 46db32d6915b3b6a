// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>Firewalls as folders run in the client's container, with its files and no more privileges than it has.</summary>
[NonParallelizable]
public sealed class ContainerFirewallTests
{
    [TestCase("accepts-established", "oob-tun-down", "leak", 1)]
    [TestCase("ipv4-only", "openvpn-sigkill", "leak", 1)]
    [TestCase("server-open-to-all", "apps-sigkill", "leak", 1)]
    [TestCase("minimal-sealed", "apps-sigkill", "sealed", 0)]
    public async Task An_example_firewall_gets_the_verdict_that_it_says(string name, string scenario, string verdict, int exitCode)
    {
        var folder = Path.Combine(VpnFirewall.Root, "examples", "firewalls", name);

        var run = await ContainerVerify.RunAsync("--firewall", folder, "--scenario", scenario);

        run.Describe(scenario).Should().StartWith(verdict);
        run.ExitCode.Should().Be(exitCode, "{0}", run);
    }

    [Test]
    public async Task Its_programs_run_inside_the_container_with_the_containers_privileges()
    {
        // The last words of an 'up' that fails are the reason. 10c0: CAP_NET_ADMIN, CAP_SETUID, CAP_SETGID.
        var run = await RunUpAsync("""
            echo "$(test -f /.dockerenv && echo container) init=$(cat /proc/1/comm) self=$(test "$(readlink /proc/self)" && echo yes)" \
                "$(grep CapEff /proc/self/status | tr -d '\t')" "$(grep NoNewPrivs /proc/self/status | tr -d '\t')" \
                "shown=$(test -f "$LV_CONFIG" && echo yes)"
            exit 3
            """);

        run.Describe("oob-sigkill").Should().EndWith(
            "container init=sleep self=yes CapEff:00000000000010c0 NoNewPrivs:1 shown=yes");
        run.ExitCode.Should().Be(2, "{0}", run);
    }

    [Test]
    public async Task A_firewall_that_wants_more_than_the_container_may_is_refused_by_the_kernel()
    {
        var run = await RunUpAsync("mount -t tmpfs none /mnt 2>&1 | head -n 1; exit 3");

        run.Describe("oob-sigkill").Should().Contain("permission denied");
    }

    private static async Task<ContainerVerify> RunUpAsync(string script)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-up-").FullName;
        try
        {
            var up = Path.Combine(folder, "up");
            await File.WriteAllTextAsync(up, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(up, (UnixFileMode)0x1ED); // 0755
            return await ContainerVerify.RunAsync("--firewall", folder, "--scenario", "oob-sigkill");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
