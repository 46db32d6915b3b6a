// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>The program <c>watch</c> of a firewall under test, while it runs.</summary>
internal sealed class FirewallWatch : IAsyncDisposable
{
    /// <summary>The line that says so, as services say it to systemd (sd_notify(3)).</summary>
    public const string Ready = "READY=1";

    /// <summary>What the line of <c>vpn-firewall watch</c> begins with, whatever it says of its copies.</summary>
    private const string BuiltinReady = "OK: The rules are watched over; ";

    private readonly ChildProcess _process;
    private readonly bool _isSilent;
    private bool _isEnded;

    private FirewallWatch(ChildProcess process, bool isSilent)
    {
        _process = process;
        _isSilent = isSilent;
    }

    /// <summary>Why it no longer watches, although nobody ended it; null: it does, or somebody did.</summary>
    public string? Problem => !_isEnded && (_isSilent || _process.HasExited)
        ? $"'watch' of the firewall ended by itself: {_process.Output.Trim()}"
        : null;

    /// <summary>
    /// Whether a line says that it watches. A word among others is not enough: who cannot watch has it in his excuse.
    /// </summary>
    public static bool IsReady(string line)
    {
        return line.Trim() == Ready || line.StartsWith(BuiltinReady, StringComparison.Ordinal);
    }

    /// <summary>Starts it and waits until it says that it watches, whatever comes before.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    /// <exception cref="TimeoutException">It says nothing.</exception>
    public static async Task<FirewallWatch> StartAsync(
        LabHost client, string program, IReadOnlyDictionary<string, string> facts, TimeSpan patience, CancellationToken cancellation)
    {
        var process = await ChildProcess.StartAsync(client.Programs, [program], facts);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(patience);
            var said = await process.WaitForLineAsync(IsReady, deadline.Token);
            return new FirewallWatch(process, isSilent: said is null);
        }
        catch (OperationCanceledException)
        {
            var said = process.Output.Trim();
            await process.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException(
                $"'watch' of the firewall did not write the line {Ready} within {patience.TotalSeconds:0} s, but: {(said.Length == 0 ? "nothing" : said)}");
        }
    }

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _isEnded = true;
        _process.Send(Signal.Kill);
        await _process.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        _isEnded = true;
        await _process.DisposeAsync();
    }
}
