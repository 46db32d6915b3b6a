// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>The program as it was built for the tests, run once.</summary>
internal sealed record HarnessProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<HarnessProgram> RunAsync(params string[] arguments)
    {
        string[] command = [Path.Combine(AppContext.BaseDirectory, "leakverifier.dll"), .. arguments];
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", command)
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
