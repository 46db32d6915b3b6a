// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>A BPF program that lets everything pass, attached to a device as long as this lives (bpf(2)).</summary>
internal sealed partial class BpfLink : IDisposable
{
    private const int LoadProgram = 5;
    private const int CreateLink = 28;

    private readonly int _program;
    private readonly int _link;

    /// <param name="programType">BPF_PROG_TYPE_SCHED_CLS (3) or BPF_PROG_TYPE_XDP (6).</param>
    /// <param name="place">BPF_TCX_EGRESS (47) or BPF_XDP (37).</param>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="answer">What the program returns.</param>
    private BpfLink(int programType, int place, int interfaceIndex, int answer)
    {
        _program = Load(programType, answer);
        Span<byte> attributes = stackalloc byte[64];
        attributes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(attributes, _program);
        BinaryPrimitives.WriteInt32LittleEndian(attributes[4..], interfaceIndex);
        BinaryPrimitives.WriteInt32LittleEndian(attributes[8..], place);
        _link = Call(CreateLink, attributes);
    }

    /// <summary>TCX_NEXT is -1.</summary>
    public static BpfLink OnTrafficControl(int interfaceIndex) => new(3, 47, interfaceIndex, -1);

    /// <summary>XDP_PASS is 2.</summary>
    public static BpfLink OnXdp(int interfaceIndex) => new(6, 37, interfaceIndex, 2);

    public void Dispose()
    {
        Kernel.CloseFile(_link);
        Kernel.CloseFile(_program);
    }

    // r0 = answer; exit.
    private static int Load(int programType, int answer)
    {
        var instructions = GC.AllocateArray<byte>(16, pinned: true);
        instructions[0] = 0xb7;
        BinaryPrimitives.WriteInt32LittleEndian(instructions.AsSpan(4), answer);
        instructions[8] = 0x95;
        var licence = GC.AllocateArray<byte>(4, pinned: true);
        "GPL"u8.CopyTo(licence);
        Span<byte> attributes = stackalloc byte[128];
        attributes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(attributes, programType);
        BinaryPrimitives.WriteInt32LittleEndian(attributes[4..], 2);
        BinaryPrimitives.WriteInt64LittleEndian(attributes[8..], Marshal.UnsafeAddrOfPinnedArrayElement(instructions, 0));
        BinaryPrimitives.WriteInt64LittleEndian(attributes[16..], Marshal.UnsafeAddrOfPinnedArrayElement(licence, 0));
        return Call(LoadProgram, attributes);
    }

    private static int Call(int command, Span<byte> attributes)
    {
        var number = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321 : 280;
        var result = (int)SystemCall(number, command, ref MemoryMarshal.GetReference(attributes), attributes.Length);
        return result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"bpf({command})");
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint command, ref byte attributes, nint length);
}
