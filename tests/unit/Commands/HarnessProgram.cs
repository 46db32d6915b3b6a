// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>The program as it was built for the tests, run once.</summary>
internal sealed record HarnessProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly string Host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "leakverifier.dll");

    public static Task<HarnessProgram> RunAsync(params string[] arguments) => FinishAsync([Host, Assembly, .. arguments]);

    /// <summary>Runs a command line of the shell, in which {0} stands for the program.</summary>
    public static Task<HarnessProgram> RunInShellAsync(string command)
    {
        var line = command.Replace("{0}", $"'{Host}' '{Assembly}'", StringComparison.Ordinal);
        return FinishAsync(["sh", "-c", line]);
    }

    private static async Task<HarnessProgram> FinishAsync(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        return new HarnessProgram(process.ExitCode, await output, await error);
    }
}
