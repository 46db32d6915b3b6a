// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Traffic;

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
            using (var killed = ContainerVerify.Start([], "--firewall", "none"))
            {
                await Eventually.HoldsAsync(() => Engine.LabContainersAsync().GetAwaiter().GetResult().Should().HaveCountGreaterThan(3));
                killed.Kill();
                await killed.WaitForExitAsync();
            }

            var left = await Engine.LabContainersAsync();
            left.Should().NotBeEmpty("otherwise nothing is shown");

            var next = await ContainerVerify.RunAsync("--scenario", "oob-sigkill");

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
        using var first = ContainerVerify.Start([], "--firewall", "none", "--scenario", "oob-*");
        await Eventually.HoldsAsync(() => Engine.LabContainersAsync().GetAwaiter().GetResult().Should().NotBeEmpty());

        var second = await ContainerVerify.RunAsync("--firewall", "none", "--scenario", "oob-sigkill");
        var finished = await ContainerVerify.FinishAsync(first);

        second.Error.Should().NotContain("left behind");
        finished.Scenarios.Keys.Should().AllSatisfy(id => finished.Describe(id).Should().StartWith("leak", id));
    }
}
