// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Commands;

/// <summary>Ctrl-C: the first ends the labs and reports what ran, the second ends the program at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Interruption()
    {
        // The process outside forwards every signal as SIGTERM; a terminal's own SIGINT is its twin and ignored.
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
        ];
    }

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Interrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            Environment.Exit((int)ExitCode.Interrupted);
        }

        Console.Error.WriteLine("interrupted: ending the labs (once more: at once)");
        _source.Cancel();
    }
}
