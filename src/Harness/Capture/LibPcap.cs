// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Capture;

/// <summary>
/// The two calls of libpcap that SharpPcap 6.3.1 does not offer, or offers wrongly: its statistics declare three 32-bit
/// counters as pointers, so that on 64-bit Linux the drops read as 0.
/// </summary>
internal static unsafe class LibPcap
{
    /// <summary>Debian's name of the library, then the name that its own build gives it.</summary>
    private static readonly string[] Names = ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

    private static readonly Lazy<nint> Library = new(Load);

    /// <summary>Whether the library is there.</summary>
    public static bool IsInstalled => Names.Any(name => NativeLibrary.TryLoad(name, out _));

    /// <summary>pcap_stats(3PCAP).</summary>
    public static int Stats(SafeHandle capture, out PcapCounters counters)
    {
        var call = (delegate* unmanaged[Cdecl]<nint, PcapCounters*, int>)Export("pcap_stats");
        fixed (PcapCounters* pointer = &counters)
        {
            return call(capture.DangerousGetHandle(), pointer);
        }
    }

    /// <summary>pcap_get_selectable_fd(3PCAP).</summary>
    public static int SelectableDescriptor(SafeHandle capture)
    {
        var call = (delegate* unmanaged[Cdecl]<nint, int>)Export("pcap_get_selectable_fd");
        return call(capture.DangerousGetHandle());
    }

    private static nint Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        throw new DllNotFoundException("libpcap is not installed: apt-get install libpcap0.8");
    }

    private static nint Export(string name) => NativeLibrary.GetExport(Library.Value, name);
}
