// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>A firewall under test in one lab.</summary>
public sealed class FirewallSession : IAsyncDisposable
{
    /// <summary>How long one of its programs may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Runs program $0 $1 times, and says after each that it is done.</summary>
    private const string Repeat = """n=0; while [ "$n" -lt "$1" ]; do "$0" || exit; n=$((n + 1)); echo "leakverifier: reload $n done"; done""";

    private readonly FirewallFolder _firewall;
    private readonly LabHost _client;
    private readonly IReadOnlyDictionary<string, string> _facts;
    private FirewallWatch? _watch;

    /// <param name="firewall">The firewall.</param>
    /// <param name="client">The host that it closes.</param>
    /// <param name="facts">What it is told of the lab; see <see cref="FirewallFacts"/>.</param>
    public FirewallSession(FirewallFolder firewall, LabHost client, IReadOnlyDictionary<string, string> facts)
    {
        _firewall = firewall;
        _client = client;
        _facts = facts;
    }

    /// <summary>Why its watch no longer watches; null: it does, or there is none.</summary>
    public string? WatchProblem => _watch?.Problem;

    /// <summary>Makes its files visible to the client's programs.</summary>
    public Task InstallAsync()
    {
        return Task.WhenAll(_client.ShowAsync(_firewall.Folder), _client.ShowAsync(_facts["LV_CONFIG"]));
    }

    /// <summary>Loads the rules, and starts the watch where there is one; both are in force when it returns.</summary>
    /// <returns>Null, or why the firewall is not up.</returns>
    public async Task<string?> UpAsync(CancellationToken cancellation)
    {
        return await LoadAsync(cancellation) ?? await WatchAsync(cancellation);
    }

    /// <summary>Loads the rules, and starts no watch.</summary>
    /// <returns>Null, or why that failed.</returns>
    public Task<string?> LoadAsync(CancellationToken cancellation) => RunAsync(_firewall.Up, cancellation);

    /// <summary>Loads the rules again.</summary>
    /// <returns>Null, or why that failed.</returns>
    public Task<string?> ReloadAsync(CancellationToken cancellation) => RunAsync(_firewall.Reload, cancellation);

    /// <summary>Loads the rules again and again: one shell starts them all, so that each follows the other at once.</summary>
    /// <returns>Null, or which of them failed, and why.</returns>
    public async Task<string?> ReloadAsync(int times, CancellationToken cancellation)
    {
        string[] command = ["/bin/sh", "-c", Repeat, _firewall.Reload, string.Create(CultureInfo.InvariantCulture, $"{times}")];
        await using var shell = await ChildProcess.StartAsync(_client.Programs, command, _facts);
        for (var count = 1; count <= times && !shell.HasExited; count++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(Patience);
            try
            {
                // A daemon that a reload left behind may hold the shell's output open when that has ended.
                var done = shell.WaitForLineAsync(line => line.EndsWith(Done(count), StringComparison.Ordinal), deadline.Token);
                await await Task.WhenAny(done, shell.Exited);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return string.Create(CultureInfo.InvariantCulture, $"reload {count} of {times}: {Late(_firewall.Reload)}");
            }
        }

        var result = await shell.WaitForExitAsync(cancellation);
        if (result.IsSuccess)
        {
            return null;
        }

        var good = Enumerable.Range(1, times).LastOrDefault(count => result.Output.Contains(Done(count), StringComparison.Ordinal));
        var words = string.Join('\n', result.Output.Split(Enumerable.Range(1, times).Select(Done).ToArray(), StringSplitOptions.None));
        return string.Create(CultureInfo.InvariantCulture,
            $"reload {good + 1} of {times}: {Failure(_firewall.Reload, result with { Output = words })}");
    }

    /// <summary>Kills the watch and stops the service, as far as there are any.</summary>
    /// <returns>Null, or why that failed.</returns>
    public async Task<string?> StopAsync(CancellationToken cancellation)
    {
        await (_watch?.KillAsync() ?? Task.CompletedTask);
        return (_firewall.Stop, _watch) switch
        {
            ({ } program, _) => await RunAsync(program, cancellation),
            (null, null) => "the firewall has neither a watch that runs nor 'stop', so nothing was stopped",
            _ => null,
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _watch?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<string?> WatchAsync(CancellationToken cancellation)
    {
        if (_firewall.Watch is not { } program)
        {
            return null;
        }

        try
        {
            _watch = await FirewallWatch.StartAsync(_client, program, _facts, Patience, cancellation);
            return _watch.Problem;
        }
        catch (TimeoutException exception)
        {
            return exception.Message;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return NotStarted(program, exception);
        }
    }

    private async Task<string?> RunAsync(string program, CancellationToken cancellation)
    {
        try
        {
            var result = await ChildProcess.RunAsync(
                _client.Programs, [program], _facts, timeout: Patience, cancellation: cancellation);
            return result.IsSuccess ? null : Failure(program, result);
        }
        catch (TimeoutException)
        {
            return Late(program);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return NotStarted(program, exception);
        }
    }

    /// <summary>What the shell of <see cref="Repeat"/> says after a reload.</summary>
    private static string Done(int count) => string.Create(CultureInfo.InvariantCulture, $"leakverifier: reload {count} done");

    private static string Failure(string program, CommandResult result)
    {
        return $"'{Path.GetFileName(program)}' of the firewall failed with {result.Ending}";
    }

    private static string Late(string program)
    {
        return $"'{Path.GetFileName(program)}' of the firewall did not return within {Patience.TotalSeconds:0} s";
    }

    private static string NotStarted(string program, System.ComponentModel.Win32Exception exception)
    {
        return $"'{Path.GetFileName(program)}' of the firewall cannot be started: {exception.Message}{FirstLine.Hint(program)}";
    }
}
