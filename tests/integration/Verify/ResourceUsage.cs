// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>getrusage(2).</summary>
internal static partial class ResourceUsage
{
    private const int Children = -1; // RUSAGE_CHILDREN

    /// <summary>struct rusage is 18 longs on 64-bit Linux: two timevals, then ru_maxrss.</summary>
    private const int Fields = 18;
    private const int MaximumResidentSet = 4;

    /// <summary>The peak of resident memory of the largest process among those that ended, in KiB.</summary>
    public static long LargestChildKibibytes
    {
        get
        {
            Span<long> usage = stackalloc long[Fields];
            return Get(Children, usage) == 0 ? usage[MaximumResidentSet] : 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int Get(int who, Span<long> usage);
}
