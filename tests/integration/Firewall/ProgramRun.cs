// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A finished process.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    /// <summary>After this it hangs, also on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Starts a program; its output is read by <see cref="FinishAsync"/>.</summary>
    public static Process Start(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of a process and disposes of it.</summary>
    public static async Task<ProgramRun> FinishAsync(Process process, string input = "", TimeSpan? limit = null)
    {
        using (process)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            using var end = new CancellationTokenSource(limit ?? Limit);
            try
            {
                await process.WaitForExitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"it did not end within {(limit ?? Limit).TotalSeconds:0} s");
            }

            return new ProgramRun(process.ExitCode, await output, await error);
        }
    }

    public override string ToString() => $"exit code {ExitCode}\n{Output}{Error}";
}
