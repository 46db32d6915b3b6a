// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Traffic.Forging;

/// <summary>Ethernet frames written byte by byte.</summary>
public static class Frame
{
    /// <summary>A frame around an IP packet.</summary>
    public static byte[] Ip(string destination, string source, byte[] packet)
    {
        return Of(destination, source, packet[0] >> 4 == 6 ? EtherTypes.IPv6 : EtherTypes.IPv4, packet);
    }

    /// <summary>A frame of any type.</summary>
    public static byte[] Of(string destination, string source, ushort etherType, ReadOnlySpan<byte> content)
    {
        var type = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(type, etherType);
        return [.. Octets(destination), .. Octets(source), .. type, .. content];
    }

    /// <summary>An ARP request (RFC 826) to everybody.</summary>
    /// <param name="hardware">Who asks.</param>
    /// <param name="sender">The address that the asker claims.</param>
    /// <param name="target">The address asked for; the sender's own: it is announced (RFC 5227, section 3).</param>
    public static byte[] ArpRequest(string hardware, IPAddress sender, IPAddress target)
    {
        byte[] request =
        [
            0, 1, EtherTypes.IPv4 >> 8, EtherTypes.IPv4 & 0xff, MacAddress.Length, 4, 0, 1,
            .. Octets(hardware), .. sender.GetAddressBytes(), .. new byte[MacAddress.Length], .. target.GetAddressBytes(),
        ];
        return Of(Broadcast, hardware, EtherTypes.Arp, request);
    }

    private const string Broadcast = "ff:ff:ff:ff:ff:ff";

    private static byte[] Octets(string address)
    {
        return Convert.FromHexString(address.Replace(":", "", StringComparison.Ordinal));
    }
}
