// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>Ends this process when the one that started it is gone, even by SIGKILL.</summary>
internal static partial class Lifeline
{
    private const int EndedBySignal9 = 137;

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
        Span<byte> buffer = stackalloc byte[16];
        while (input.Read(buffer) > 0)
        {
        }

        // Not Environment.Exit, which would run handlers that wait: nobody is left to wait for.
        ExitNow(EndedBySignal9);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int status);
}
