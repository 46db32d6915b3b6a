// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Running;

/// <summary>One of so many places at once, until it is disposed of.</summary>
internal sealed class Turn : IDisposable
{
    private readonly SemaphoreSlim _places;

    private Turn(SemaphoreSlim places)
    {
        _places = places;
    }

    /// <summary>Waits for a place.</summary>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static async Task<Turn> TakeAsync(SemaphoreSlim places, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        return new Turn(places);
    }

    public void Dispose() => _places.Release();
}
