// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Running;

/// <summary>
/// When runs have their turn: so many at a time, in the order in which they are given. One that takes the whole machine
/// prepares itself beside the last of the others, and then waits until it is alone. Give those last.
/// </summary>
internal sealed class RunOrder : IDisposable
{
    /// <summary>The one that is alone, and the next, which prepares itself.</summary>
    private const int PreparedAtOnce = 2;

    private readonly SemaphoreSlim _places;
    private readonly SemaphoreSlim _prepared = new(PreparedAtOnce);
    private readonly List<Task> _given = [];

    /// <param name="places">How many run at a time.</param>
    public RunOrder(int places)
    {
        _places = new SemaphoreSlim(places);
    }

    /// <summary>Runs one beside others.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellation">Ends the wait for a place.</param>
    public Task<T> RunAsync<T>(Func<Task<T>> run, CancellationToken cancellation)
    {
        return Remember(InPlaceAsync(run, cancellation));
    }

    /// <summary>Runs one that is alone from a point on.</summary>
    /// <param name="run">The run; what it is given completes when all runs that were given before it are over.</param>
    /// <param name="cancellation">Ends the wait for a place.</param>
    public Task<T> RunAloneAsync<T>(Func<Task, Task<T>> run, CancellationToken cancellation)
    {
        var others = Task.WhenAll(_given);
        return Remember(PreparedAsync(() => run(others), cancellation));
    }

    public void Dispose()
    {
        _places.Dispose();
        _prepared.Dispose();
    }

    private Task<T> Remember<T>(Task<T> run)
    {
        _given.Add(run);
        return run;
    }

    private async Task<T> PreparedAsync<T>(Func<Task<T>> run, CancellationToken cancellation)
    {
        await _prepared.WaitAsync(cancellation);
        try
        {
            return await InPlaceAsync(run, cancellation);
        }
        finally
        {
            _prepared.Release();
        }
    }

    private async Task<T> InPlaceAsync<T>(Func<Task<T>> run, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            return await run();
        }
        finally
        {
            _places.Release();
        }
    }
}
