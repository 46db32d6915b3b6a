// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Reliability;

/// <summary>A packet of the control channel that the peer has not acknowledged.</summary>
internal sealed class OutgoingPacket(uint id, Opcode opcode, byte[] payload)
{
    public uint Id => id;

    public Opcode Opcode => opcode;

    public ReadOnlySpan<byte> Payload => payload;

    /// <summary>When it is sent again.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>How long the peer has before it is sent once more.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>How many packets sent after it were acknowledged before it.</summary>
    public int LaterAcknowledged { get; set; }
}
