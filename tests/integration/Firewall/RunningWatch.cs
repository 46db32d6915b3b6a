// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A <c>vpn-firewall watch</c> in a namespace.</summary>
internal sealed class RunningWatch : IDisposable
{
    private readonly string _folder;

    private RunningWatch(Process process, string folder)
    {
        Process = process;
        _folder = folder;
    }

    public Process Process { get; }

    public string ReportPath => Path.Combine(_folder, "watch.json");

    /// <summary>What it reports.</summary>
    public WatchReport Report => WatchReport.Read(ReportPath) ?? throw new FileNotFoundException(ReportPath);

    /// <summary>Starts it; it may not be ready.</summary>
    public static RunningWatch Start(TestNamespace space, string configuration)
    {
        var folder = Folder(space);
        if (Directory.Exists(folder))
        {
            // A namespace's number is given again: the gaps in there are another's.
            Directory.Delete(folder, recursive: true);
        }

        return new RunningWatch(VpnFirewall.Start(space, "watch", "--config", configuration), folder);
    }

    /// <summary>Starts it and waits until it holds the rules.</summary>
    public static async Task<RunningWatch> ReadyAsync(TestNamespace space, string configuration)
    {
        var watch = Start(space, configuration);
        await watch.OutputAsync("watched over");
        return watch;
    }

    /// <summary>Waits for a line of its standard output.</summary>
    public Task<string> OutputAsync(string part) => LineAsync(Process.StandardOutput, part);

    /// <summary>Waits for a warning, which it gives for each gap.</summary>
    public Task<string> WarningAsync(string part) => LineAsync(Process.StandardError, part);

    /// <summary>Ends it by a signal, and waits.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(string signal)
    {
        using (var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{Process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        return await ExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>The folder of the watch of a namespace; see docs/survival.md.</summary>
    private static string Folder(TestNamespace space)
    {
        var name = space.Within(() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!);
        return "/run/vpn-firewall/net-" + string.Concat(name.Where(char.IsAsciiDigit));
    }

    private static async Task<string> LineAsync(StreamReader reader, string part)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains(part, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException($"the watch ended without saying '{part}'");
    }
}
