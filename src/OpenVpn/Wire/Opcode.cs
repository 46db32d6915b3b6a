// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Wire;

/// <summary>The kind of an OpenVPN packet: the upper five bits of its first byte.</summary>
internal enum Opcode : byte
{
    SoftReset = 3,
    Control = 4,
    Acknowledgement = 5,
    DataV1 = 6,
    HardResetClient = 7,
    HardResetServer = 8,
    DataV2 = 9,
}

/// <summary>Reads and writes a packet's first byte: the opcode above the three bits of the key id.</summary>
internal static class PacketHead
{
    public const int KeyIdMask = 7;

    public static Opcode OpcodeOf(byte head) => (Opcode)(head >> 3);

    public static int KeyIdOf(byte head) => head & KeyIdMask;

    public static byte Of(Opcode opcode, int keyId) => (byte)((int)opcode << 3 | keyId);

    public static bool IsData(Opcode opcode) => opcode is Opcode.DataV1 or Opcode.DataV2;

    /// <summary>Whether the packet is one of the control channel that a client may send.</summary>
    public static bool IsClientControl(Opcode opcode)
    {
        return opcode is Opcode.SoftReset or Opcode.Control or Opcode.Acknowledgement or Opcode.HardResetClient;
    }
}
