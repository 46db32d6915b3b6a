// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>
/// Memory for libnftables, fetched at once and kept for the next command. The library has four tables of 128 KiB for every
/// table of rules that is spoken of, every page of which it writes (src/cache.c, NFT_CACHE_HSIZE): the C library would fetch
/// them from the kernel page by page and give them back each time, which is a third of the time of a start.
/// </summary>
internal static unsafe partial class LibraryMemory
{
    // malloc.h of glibc: from what size on a piece is mapped by itself, and how much free memory is given back.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int Everything = 64 << 20;

    // asm-generic/mman-common.h; the second since Linux 5.14.
    private const int HugePages = 14;
    private const int PopulateForWriting = 23;

    private const nuint HugePage = 2 << 20;
    private const nuint WhatALoadTakes = 2 * HugePage;
    private const nuint Overhead = 64; // more than glibc puts before a piece

    private static int _isPrepared;

    /// <summary>
    /// Prepares it, once in a process. A kernel that knows none of this gives pages when they are touched, as ever.
    /// </summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, 1) == 1)
        {
            return;
        }

        _ = mallopt(MmapThreshold, Everything);
        _ = mallopt(TrimThreshold, Everything);

        // What lies before the first whole huge page is taken out of use: it is never touched, and so is no memory.
        var start = (nuint)NativeMemory.Alloc(WhatALoadTakes + HugePage);
        NativeMemory.Free((void*)start);
        var first = (start + Overhead + HugePage - 1) & ~(HugePage - 1);
        _ = NativeMemory.Alloc(first - start - (Overhead / 2));

        var memory = (nuint)NativeMemory.Alloc(WhatALoadTakes);
        if (memory <= first + HugePage)
        {
            _ = madvise(first, WhatALoadTakes, HugePages);
            _ = madvise(first, WhatALoadTakes, PopulateForWriting);
        }

        NativeMemory.Free((void*)memory);
    }

    /// <summary>Gives back what is free, for a process that stays and has nothing to do.</summary>
    public static void GiveBack() => _ = malloc_trim(0);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint keep);

    [LibraryImport("libc")]
    private static partial int mallopt(int option, int value);

    [LibraryImport("libc")]
    private static partial int madvise(nuint address, nuint length, int advice);
}
