// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Diagnostics;

namespace LeakVerifier.Prover.Loading;

/// <summary>What a program printed.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ToolRun(int ExitCode, byte[] Output, string Errors)
{
    // 50,000 rules are listed in a few seconds; nft before 1.1.6 never ends where a chain is hooked by a prefix of names.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Runs a program to its end. It is started by the calling thread and so lives in that thread's namespaces.
    /// </summary>
    /// <returns>Null if there is no such program.</returns>
    public static ToolRun? Of(string program, params string[] arguments)
    {
        return Of(program, "", arguments);
    }

    /// <summary>Runs a program with a standard input.</summary>
    /// <returns>Null if there is no such program.</returns>
    public static ToolRun? Of(string program, string input, string[] arguments) => Start(program, input, arguments)();

    /// <summary>Starts a program, so that others can run meanwhile.</summary>
    /// <returns>Waits for its end; gives null if there is no such program.</returns>
    public static Func<ToolRun?> Start(string program, params string[] arguments) => Start(program, "", arguments);

    private static Func<ToolRun?> Start(string program, string input, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Programs of administration are not on every path.
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin";
        start.Environment["LC_ALL"] = "C";
        var path = Locate(program, start.Environment["PATH"]!);
        if (path is null)
        {
            return () => null;
        }
        start.FileName = path;
        try
        {
            var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var feed = Task.CompletedTask;
            if (input.Length > 0)
            {
                feed = Task.Run(() => Feed(process, input));
            }
            else
            {
                process.StandardInput.Close();
            }
            return () => Finish(process, feed, errors);
        }
        catch (Win32Exception)
        {
            return () => null;
        }
    }

    private static ToolRun Finish(Process process, Task feed, Task<string> errors)
    {
        using (process)
        {
            using var limit = new Timer(_ => End(process), null, Patience, Timeout.InfiniteTimeSpan);
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            feed.Wait();
            return new ToolRun(process.ExitCode, output.ToArray(), errors.Result);
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static void Feed(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code says why.
        }
    }

    private static string? Locate(string program, string path)
    {
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }
}
