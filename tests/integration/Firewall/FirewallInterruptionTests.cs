// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A firewall that is killed, or runs twice at once, is never half loaded.</summary>
public sealed class FirewallInterruptionTests
{
    private const int Kills = 50;

    private static readonly string[] Before = ["start", "--config", VpnFirewall.Golden("everything.conf")];
    private static readonly string[] After = ["start", "--config", VpnFirewall.Golden("minimal.conf")];

    [Test]
    public async Task A_start_that_is_killed_at_any_moment_leaves_the_old_rules_or_the_new_ones()
    {
        using var space = await TestNamespace.CreateAsync();
        await VpnFirewall.RunAsync(space, Before);
        var watch = Stopwatch.StartNew();
        await VpnFirewall.RunAsync(space, Before);
        var duration = watch.Elapsed;

        var seen = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            (await VpnFirewall.RunAsync(space, Before)).ExitCode.Should().Be(0);
            var process = VpnFirewall.Start(space, After);
            process.WaitForExit(duration * 2 * kill / Kills);
            process.Kill();
            await ProgramRun.FinishAsync(process);
            seen.Add(await VpnFirewall.ListAsync(space));
        }

        seen.Should().OnlyContain(listing =>
            listing == VpnFirewall.Listing("everything") || listing == VpnFirewall.Listing("minimal"));
        seen.Distinct().Should().HaveCount(2, "some kills should come too early and some too late, or nothing is shown");
    }

    [Test]
    public async Task Two_starts_at_once_both_succeed_and_leave_the_rules_of_one()
    {
        using var space = await TestNamespace.CreateAsync();
        for (var round = 0; round < 20; round++)
        {
            var first = ProgramRun.FinishAsync(VpnFirewall.Start(space, Before));
            var second = ProgramRun.FinishAsync(VpnFirewall.Start(space, After));
            var runs = await Task.WhenAll(first, second);

            runs.Should().OnlyContain(run => run.ExitCode == 0);
            (await VpnFirewall.ListAsync(space)).Should()
                .BeOneOf(VpnFirewall.Listing("everything"), VpnFirewall.Listing("minimal"));
        }
    }
}
