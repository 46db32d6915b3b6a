// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Linux;

/// <summary>A program that runs on a host of a lab, whoever started it. Disposing of it ends it.</summary>
public interface IRunningProgram : IAsyncDisposable
{
    /// <summary>Completes when it has ended.</summary>
    Task Exited { get; }

    /// <summary>What it wrote so far: the last 64 KiB.</summary>
    string Output { get; }

    /// <summary>Sends a signal, if it still runs.</summary>
    void Send(Signal signal);

    /// <summary>The first line that is wanted, written already or yet to come; null when the program ends first.</summary>
    Task<string?> WaitForLineAsync(Predicate<string> isWanted, CancellationToken cancellation);
}
