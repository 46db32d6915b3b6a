// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>Packets as a raw socket sends them, header included.</summary>
internal static class RawPackets
{
    /// <summary>A UDP packet to port 8080.</summary>
    public static byte[] Udp(string from, string to, int fragmentOffset, byte[] options)
    {
        var header = 20 + options.Length;
        var packet = new byte[header + 12];
        packet[0] = (byte)(0x40 | (header / 4));
        packet[6] = (byte)(fragmentOffset >> 8);
        packet[7] = (byte)fragmentOffset;
        packet[8] = 64;
        packet[9] = (byte)ProtocolType.Udp;
        IPAddress.Parse(from).GetAddressBytes().CopyTo(packet, 12);
        IPAddress.Parse(to).GetAddressBytes().CopyTo(packet, 16);
        options.CopyTo(packet, 20);
        byte[] udp = [0x30, 0x39, 0x1f, 0x90, 0, 12, 0, 0, 1, 2, 3, 4];
        udp.CopyTo(packet, header);
        return packet;
    }
}
