// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>
/// What ties the process inside to the one outside: it ends when that one is gone, even by SIGKILL, and is told of its
/// interrupts. Not by signals: the first process of a namespace ignores those that it has no handler for yet
/// (pid_namespaces(7)), and an early Ctrl-C would be lost. A byte in a pipe waits until it is read.
/// </summary>
internal static partial class Lifeline
{
    private const int EndedBySignal9 = 137;
    private const int EndedByInterrupt = 130;
    private const byte InterruptMark = (byte)'i';

    private static readonly CancellationTokenSource _interrupted = new();

    /// <summary>Inside: cancelled by the first interrupt. The second ends the process at once.</summary>
    public static CancellationToken Interrupted => _interrupted.Token;

    /// <summary>Outside: tells the process inside that it is to end.</summary>
    public static void Interrupt(Process inside)
    {
        try
        {
            inside.StandardInput.BaseStream.WriteByte(InterruptMark);
            inside.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>Inside: takes hold of it.</summary>
    public static void Attach()
    {
        // Two ropes: the death signal works at once, but misses a starter that died before this line.
        _ = LibC.prctl(LibC.PR_SET_PDEATHSIG, (nuint)Signal.Kill);
        var thread = new Thread(WaitForEndOfInput) { IsBackground = true, Name = "lifeline" };
        thread.Start();
    }

    private static void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> mark = stackalloc byte[1];
        while (input.Read(mark) > 0)
        {
            if (_interrupted.IsCancellationRequested)
            {
                ExitNow(EndedByInterrupt);
            }

            _ = _interrupted.CancelAsync();
        }

        // Not Environment.Exit, which would run handlers that wait: nobody is left to wait for.
        ExitNow(EndedBySignal9);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int status);
}
