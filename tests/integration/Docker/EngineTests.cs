// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>An engine that is of no use is named, with the exit code for what is missing.</summary>
public sealed class EngineTests
{
    [TestCase("unix:///nowhere/docker.sock", "no Docker engine answers at unix:///nowhere/docker.sock")]
    [TestCase("tcp://192.0.2.1:2375", "their engine must be on this machine")]
    public async Task No_engine_ends_with_69_and_says_where_it_was_looked_for(string address, string message)
    {
        var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
            marker: null, ["env", "DOCKER_HOST=" + address, VerifyRun.Program, "verify", "--lab", "docker", "--scenario", "oob-sigkill"]));

        run.ExitCode.Should().Be(69, "{0}", run);
        run.Error.Should().Contain(message);
    }

    [Test]
    public async Task Applications_are_refused_where_no_image_brings_them()
    {
        var run = await VerifyRun.RunAsync("--lab", "netns", "--scenario", "apps-sigkill");

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Contain("add --lab docker");
    }
}
