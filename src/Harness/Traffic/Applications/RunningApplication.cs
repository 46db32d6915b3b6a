// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic.Applications;

/// <summary>An application that runs until it is disposed of.</summary>
internal sealed class RunningApplication : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private (int Tries, int Done)? _atFault;

    private RunningApplication(Application application, ChildProcess process)
    {
        Application = application;
        _process = process;
    }

    /// <summary>What runs.</summary>
    public Application Application { get; }

    /// <summary>Starts it.</summary>
    public static async Task<RunningApplication> StartAsync(NamespaceThread programs, Application application)
    {
        return new RunningApplication(application, await ChildProcess.StartAsync(programs, application.Command));
    }

    /// <summary>Waits until it has tried, or has worked, once.</summary>
    /// <param name="line">Which of the two.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null, or why that did not happen.</returns>
    public async Task<string?> WaitForAsync(string line, CancellationToken cancellation)
    {
        var name = Application.Description.Name;
        try
        {
            return await _process.WaitForLineAsync(text => text == line, cancellation) is null
                ? $"{name} ended: {_process.Output.Trim()}"
                : null;
        }
        catch (OperationCanceledException)
        {
            return $"{name} did not work before the fault: {_process.Output.Replace('\n', ' ').Trim()}";
        }
    }

    /// <summary>From now on is after the fault.</summary>
    public void MarkFault() => _atFault = Count();

    /// <summary>What it did so far. What it is told is told to its user only, so there are no errors or bytes.</summary>
    public ProbeCounters Read()
    {
        var (tries, done) = Count();
        var before = _atFault ?? (tries, done);
        return new ProbeCounters(
            tries, tries - before.Tries, done, done - before.Done, 0, 0, new Dictionary<string, long>());
    }

    /// <summary>Ends it. What its shell has started ends with its pipes, or with the host.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private (int Tries, int Done) Count()
    {
        var lines = _process.Output.Split('\n');
        return (lines.Count(line => line == Application.Try), lines.Count(line => line == Application.Done));
    }
}
