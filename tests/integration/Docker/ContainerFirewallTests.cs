// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>Firewalls as folders run in the client's container, with its files and no more privileges than it has.</summary>
[NonParallelizable]
public sealed class ContainerFirewallTests
{
    [TestCase("server-open-to-all", "leak", 1)]
    [TestCase("minimal-sealed", "sealed", 0)]
    public async Task A_real_Tor_client_beside_an_example_firewall_gets_the_verdict_that_it_deserves(string name, string verdict, int exitCode)
    {
        var run = await RunAsync("--firewall", VerifyRun.Example(name), "--scenario", "apps-sigkill");

        run.Report["apps-sigkill"].Verdict.Should().Be(verdict, "{0}", run.Error);
        run.ExitCode.Should().Be(exitCode, "{0}", run);
    }

    [Test]
    public async Task Its_programs_run_inside_the_container_with_the_containers_privileges()
    {
        // The last words of an 'up' that fails are the reason. 14c0: CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_SETUID, CAP_SETGID.
        var run = await RunUpAsync("""
            echo "$(test -f /.dockerenv && echo container) init=$(cat /proc/1/comm) self=$(test "$(readlink /proc/self)" && echo yes)" \
                "$(grep CapEff /proc/self/status | tr -d '\t')" "$(grep NoNewPrivs /proc/self/status | tr -d '\t')" \
                "shown=$(test -f "$LV_CONFIG" && echo yes)"
            exit 3
            """);

        run.Report["oob-sigkill"].Reason.Should().EndWith(
            "container init=sleep self=yes CapEff:00000000000014c0 NoNewPrivs:1 shown=yes");
        run.ExitCode.Should().Be(2, "{0}", run);
    }

    [Test]
    public async Task A_firewall_that_wants_more_than_the_container_may_is_refused_by_the_kernel()
    {
        var run = await RunUpAsync("mount -t tmpfs none /mnt 2>&1 | head -n 1; exit 3");

        run.Report["oob-sigkill"].Reason.Should().Contain("permission denied");
    }

    private static Task<VerifyRun> RunAsync(params string[] arguments) => VerifyRun.RunAsync(["--lab", "docker", .. arguments]);

    private static async Task<VerifyRun> RunUpAsync(string script)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-up-").FullName;
        try
        {
            var up = Path.Combine(folder, "up");
            await File.WriteAllTextAsync(up, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(up, (UnixFileMode)0x1ED); // 0755
            return await RunAsync("--firewall", folder, "--scenario", "oob-sigkill");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
