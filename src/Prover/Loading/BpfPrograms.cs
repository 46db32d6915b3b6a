// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// BPF programs that are attached to a device by tcx (Linux 6.6): tc(8) does not list them. See bpf(2), BPF_PROG_QUERY.
/// </summary>
internal static partial class BpfPrograms
{
    // linux/bpf.h: BPF_PROG_QUERY; BPF_TCX_INGRESS and BPF_TCX_EGRESS of enum bpf_attach_type.
    private const int Query = 16;
    private const int Ingress = 46;
    private const int Egress = 47;

    /// <summary>Whether there are any; older kernels have none.</summary>
    public static bool AreAttached(int interfaceIndex) => Count(interfaceIndex, Ingress) + Count(interfaceIndex, Egress) > 0;

    // Without room for their numbers the kernel still says how many there are.
    private static uint Count(int interfaceIndex, int place)
    {
        const int countOffset = 24;
        Span<byte> question = stackalloc byte[64];
        question.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(question, interfaceIndex);
        BinaryPrimitives.WriteInt32LittleEndian(question[4..], place);
        _ = Call(Number, Query, ref MemoryMarshal.GetReference(question), question.Length);
        return BinaryPrimitives.ReadUInt32LittleEndian(question[countOffset..]);
    }

    // arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint command, ref byte question, nint length);
}
