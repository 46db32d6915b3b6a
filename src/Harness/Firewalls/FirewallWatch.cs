// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>The program <c>watch</c> of a firewall under test, while it runs.</summary>
internal sealed class FirewallWatch : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private bool _isEnded;

    private FirewallWatch(ChildProcess process)
    {
        _process = process;
    }

    /// <summary>Why it no longer watches, although nobody ended it; null: it does, or somebody did.</summary>
    public string? Problem => !_isEnded && _process.HasExited
        ? $"'watch' of the firewall ended by itself: {_process.Output.Trim()}"
        : null;

    /// <summary>Starts it and waits until it says that it watches: in a line with that word in it, whatever comes before.</summary>
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
            await process.WaitForLineAsync(
                line => line.Contains("watch", StringComparison.OrdinalIgnoreCase), deadline.Token);
            return new FirewallWatch(process);
        }
        catch (OperationCanceledException)
        {
            await process.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"'watch' of the firewall did not say within {patience.TotalSeconds:0} s that it watches");
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
