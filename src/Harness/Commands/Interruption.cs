// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Commands;

/// <summary>Ctrl-C: the first ends the labs and reports what ran, the second ends the program at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenRegistration _notice;
    private readonly List<PosixSignalRegistration> _ignored;

    public Interruption()
    {
        // The process outside forwards every signal through the lifeline; one that is sent to both by name is its twin.
        PosixSignal[] twins = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _ignored = [.. twins.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
        _notice = Token.Register(() => Console.Error.WriteLine("interrupted: ending the labs (once more: at once)"));
    }

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Token { get; } = Lifeline.Interrupted;

    public void Dispose()
    {
        _notice.Dispose();
        _ignored.ForEach(registration => registration.Dispose());
    }
}
