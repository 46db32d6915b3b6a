// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Traffic;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>What a run that was killed leaves is removed by the next one, and nothing else is.</summary>
[NonParallelizable]
public sealed class LeftoverTests
{
    [Test]
    public async Task Containers_of_a_killed_run_are_removed_by_the_next_and_a_persons_own_are_not()
    {
        var own = await Engine.AskAsync("run", "--detach", "--network", "none", "leakverifier/server", "sleep", "infinity");
        try
        {
            using (var killed = VerifyRun.Start(null, "--lab", "docker", "--firewall", "none"))
            {
                await Eventually.HoldsAsync(async () => (await Engine.LabContainersAsync()).Should().HaveCountGreaterThan(3));
                killed.Kill();
                await killed.WaitForExitAsync();
            }

            var left = await Engine.LabContainersAsync();
            left.Should().NotBeEmpty("otherwise nothing is shown");

            var next = await VerifyRun.RunAsync("--lab", "docker", "--scenario", "oob-sigkill");

            next.ExitCode.Should().Be(0, "{0}", next);
            next.Error.Should().Contain("containers that an earlier run left behind");
            (await Engine.LabContainersAsync()).Should().BeEmpty();
            (await Engine.AskAsync("inspect", "--format", "{{.State.Running}}", own)).Should().Be("true");
        }
        finally
        {
            await Engine.AskAsync("rm", "--force", own);
        }
    }

    [Test]
    public async Task Containers_of_a_run_that_goes_on_are_left_alone()
    {
        using var first = VerifyRun.Start(null, "--lab", "docker", "--firewall", "none", "--scenario", "oob-*");
        await Eventually.HoldsAsync(async () => (await Engine.LabContainersAsync()).Should().NotBeEmpty());

        var second = await VerifyRun.RunAsync("--lab", "docker", "--firewall", "none", "--scenario", "oob-sigkill");
        var finished = await VerifyRun.FinishAsync(first);

        second.Error.Should().NotContain("left behind");
        finished.Report.Scenarios.Should().NotBeEmpty().And.OnlyContain(scenario => scenario.Verdict == "leak");
    }
}
