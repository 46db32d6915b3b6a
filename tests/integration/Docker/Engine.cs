// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>The engine, asked by its own program, not by the harness's client of it.</summary>
internal static class Engine
{
    /// <summary>Runs <c>docker</c>.</summary>
    public static async Task<string> AskAsync(params string[] arguments)
    {
        var run = await ProgramRun.FinishAsync(ProgramRun.Start(["docker", .. arguments]));
        run.ExitCode.Should().Be(0, "docker {0}: {1}", string.Join(' ', arguments), run);
        return run.Output.Trim();
    }

    /// <summary>The ids of the containers of runs of the harness.</summary>
    public static async Task<IReadOnlyList<string>> LabContainersAsync()
    {
        var ids = await AskAsync("ps", "--all", "--quiet", "--filter", "label=leakverifier.run");
        return ids.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
