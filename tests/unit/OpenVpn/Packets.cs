// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>IP packets of the tunnel's inside; only what the server looks at is filled in.</summary>
internal static class Packets
{
    /// <summary>Packets as they travel over TCP, each after its length.</summary>
    public static byte[] Stream(IEnumerable<byte[]> packets)
    {
        return [.. packets.SelectMany(packet => new[] { (byte)(packet.Length >> 8), (byte)packet.Length }.Concat(packet))];
    }

    public static byte[] IPv4(string source, string destination, int length = 60)
    {
        var packet = new byte[length];
        packet[0] = 0x45;
        IPAddress.Parse(source).GetAddressBytes().CopyTo(packet, 12);
        IPAddress.Parse(destination).GetAddressBytes().CopyTo(packet, 16);
        return packet;
    }

    public static byte[] IPv6(string source, string destination, int length = 60)
    {
        var packet = new byte[length];
        packet[0] = 0x60;
        IPAddress.Parse(source).GetAddressBytes().CopyTo(packet, 8);
        IPAddress.Parse(destination).GetAddressBytes().CopyTo(packet, 24);
        return packet;
    }
}
