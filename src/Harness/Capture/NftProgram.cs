// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Capture;

/// <summary>Runs nft(8) in a namespace.</summary>
internal static class NftProgram
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="thread">A thread, of root, in the namespace.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="deadline">When it is ended by force.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="CaptureException">It is missing, failed, or hung.</exception>
    public static async Task<string> RunAsync(NamespaceThread thread, IReadOnlyList<string> arguments, string input,
        TimeProvider time, TimeSpan deadline)
    {
        using var process = await thread.RunAsync(() => Start(arguments));
        using var expired = new CancellationTokenSource(deadline, time);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(expired.Token);
            var errors = process.StandardError.ReadToEndAsync(expired.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), expired.Token);
            process.StandardInput.Close();
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(expired.Token);
            return process.ExitCode == 0
                ? await output
                : throw new CaptureException($"nft {string.Join(' ', arguments)}: {(await errors).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new CaptureException(
                $"nft {string.Join(' ', arguments)}: no end within {deadline.TotalSeconds:0.###} s");
        }
        catch (IOException exception)
        {
            throw new CaptureException($"nft {string.Join(' ', arguments)}: {exception.Message}", exception);
        }
    }

    private static Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("nft", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CaptureException($"nft cannot be started: {exception.Message}", exception);
        }
    }
}
