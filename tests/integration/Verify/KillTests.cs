// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A harness that is killed at any moment leaves nothing behind and the machine as it was.</summary>
public sealed class KillTests
{
    private const int Kills = 12;

    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    private static readonly string[] SomeScenarios =
        ["--scenario", "oob-sig*", "--scenario", "oob-reload", "--scenario", "openvpn-real-sigkill", "--scenario", "openvpn-real-blackhole"];

    private readonly Random _random = new(20260101);

    [Test]
    public async Task Killing_the_program_leaves_nothing_behind()
    {
        using var host = await StandInHost.CreateAsync();
        var before = await host.StateAsync();
        var mostProcesses = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var marker = new ProcessMarker();
            using var process = host.Start(marker, SomeScenarios);
            process.WaitForExit(Moment(kill)).Should().BeFalse("the scenarios take longer");
            mostProcesses = Math.Max(mostProcesses, marker.Living().Count);
            process.Kill();

            await ShouldBeGoneAsync(process, marker, Killed);
            (await host.StateAsync()).Should().Be(before);
        }

        mostProcesses.Should().BeGreaterThan(5, "there should be something to leave behind, or nothing is shown");
    }

    [Test]
    public async Task Killing_the_process_inside_its_sandbox_ends_the_program_and_leaves_nothing_behind()
    {
        using var host = await StandInHost.CreateAsync();
        var before = await host.StateAsync();
        for (var kill = 0; kill < Kills; kill++)
        {
            var marker = new ProcessMarker();
            using var process = host.Start(marker, SomeScenarios);
            int? inside = null;
            await Eventually.HoldsAsync(() => (inside = marker.ChildOf(process.Id)).Should().NotBeNull());
            process.WaitForExit(Moment(kill)).Should().BeFalse("the scenarios take longer");
            using (var child = Process.GetProcessById(inside!.Value))
            {
                child.Kill();
            }

            await ShouldBeGoneAsync(process, marker, Killed);
            (await host.StateAsync()).Should().Be(before);
        }
    }

    [Test]
    public async Task What_is_compared_would_show_what_is_left_behind()
    {
        using var host = await StandInHost.CreateAsync();
        var before = await host.StateAsync();
        (await host.StateAsync()).Should().Be(before, "nothing happened");
        var marker = new ProcessMarker();
        using var process = VerifyRun.StartCommand(marker, ["sleep", "1000"]);
        var file = Path.Combine("/dev/shm", "leakverifier-test-" + Guid.NewGuid().ToString("N"));
        try
        {
            await File.WriteAllTextAsync(file, "");
            await Eventually.HoldsAsync(() => marker.Living().Should().ContainSingle());
            (await host.StateAsync()).Should().NotBe(before).And.Contain(file);
        }
        finally
        {
            File.Delete(file);
            process.Kill();
        }

        await ShouldBeGoneAsync(process, marker, Killed);
        (await host.StateAsync()).Should().Be(before);
    }

    /// <summary>Half of the moments are in the first half second, in which namespaces, mounts and links are made.</summary>
    private TimeSpan Moment(int kill)
    {
        return TimeSpan.FromMilliseconds(_random.Next(kill % 2 == 0 ? 500 : 3500));
    }

    private static async Task ShouldBeGoneAsync(Process process, ProcessMarker marker, int exitCode)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(exitCode);
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
    }
}
