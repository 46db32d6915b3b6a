// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Traffic;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>An engine that fails in the middle is named, is no verdict, and leaves nothing behind.</summary>
[NonParallelizable]
public sealed class EngineFailureTests
{
    private static readonly string[] Scenario = ["--firewall", "none", "--scenario", "oob-sigkill"];

    [Test]
    public async Task An_image_that_is_missing_ends_with_69_and_says_how_to_build_it()
    {
        await using var engine = await OwnEngine.StartAsync();

        var run = await VerifyRun.FinishAsync(engine.Verify(Scenario));

        run.ExitCode.Should().Be(69, "{0}", run);
        run.Error.Should().Contain("there is no image leakverifier/client").And.Contain("docker/build-images.sh");
    }

    [Test]
    public async Task An_image_that_does_not_start_is_inconclusive_and_named()
    {
        await using var engine = await OwnEngine.StartAsync();
        await engine.LoadImagesAsync("/bin/true");

        var run = await VerifyRun.FinishAsync(engine.Verify(Scenario));

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().Contain("starting a container of leakverifier/").And.Contain("sleep");
        (await engine.ContainersAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task A_full_disk_is_inconclusive_and_named()
    {
        await using var engine = await OwnEngine.StartAsync(diskSize: "64m");
        await engine.LoadImagesAsync();
        engine.FillDisk();

        var run = await VerifyRun.FinishAsync(engine.Verify(Scenario));

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().Contain("no space left on device");
        (await engine.ContainersAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task An_engine_that_is_killed_meanwhile_is_inconclusive_and_the_next_run_removes_what_it_left()
    {
        await using var engine = await OwnEngine.StartAsync();
        await engine.LoadImagesAsync();
        using var verify = engine.Verify("--firewall", "none", "--scenario", "oob-*");
        await Eventually.HoldsAsync(() => engine.RunningAsync().GetAwaiter().GetResult().Should().HaveCountGreaterThanOrEqualTo(4));
        await engine.KillAsync();

        var run = await VerifyRun.FinishAsync(verify);

        run.ExitCode.Should().BeOneOf([1, 2], "{0}", run);
        run.Report.Scenarios.Should().Contain(scenario => scenario.Reason.Contains("no Docker engine answers at unix://"));
        await engine.RestartAsync();
        (await engine.ContainersAsync()).Should().NotBeEmpty("otherwise nothing is shown");
        var next = await VerifyRun.FinishAsync(engine.Verify(Scenario));
        next.ExitCode.Should().Be(1, "without a firewall it leaks: {0}", next);
        next.Error.Should().Contain("containers that an earlier run left behind");
        (await engine.ContainersAsync()).Should().BeEmpty();
    }
}
