// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>Makes frames by hand, byte by byte.</summary>
internal static class FrameBuilder
{
    public const string ClientMac = "02:00:00:00:00:64";
    public const string RouterMac = "02:00:00:00:00:01";
    public const string BroadcastMac = "ff:ff:ff:ff:ff:ff";

    public static byte[] Ethernet(ushort etherType, byte[] content, string source = ClientMac, string to = RouterMac)
    {
        return [.. Mac(to), .. Mac(source), .. Big(etherType), .. content];
    }

    public static byte[] IPv4(
        string source, string destination, byte protocol, byte[] content,
        ushort id = 1, int fragmentOffset = 0, bool hasMore = false, byte[]? options = null, string to = RouterMac)
    {
        options ??= [];
        var place = (ushort)(fragmentOffset / 8 | (hasMore ? 0x2000 : 0));
        byte[] header =
        [
            (byte)(0x45 + options.Length / 4), 0, .. Big((ushort)(20 + options.Length + content.Length)),
            .. Big(id), .. Big(place), 64, protocol, 0, 0, .. Address(source), .. Address(destination), .. options,
        ];
        return Ethernet(0x0800, [.. header, .. content], to: to);
    }

    public static byte[] IPv6(string source, string destination, byte next, byte[] content, byte hopLimit = 64)
    {
        byte[] header =
        [
            0x60, 0, 0, 0, .. Big((ushort)content.Length), next, hopLimit, .. Address(source), .. Address(destination),
        ];
        return Ethernet(0x86dd, [.. header, .. content]);
    }

    public static byte[] Udp(ushort source, ushort destination, byte[]? payload = null)
    {
        payload ??= [1, 2, 3, 4];
        return [.. Big(source), .. Big(destination), .. Big((ushort)(8 + payload.Length)), 0, 0, .. payload];
    }

    public static byte[] Tcp(
        ushort source, ushort destination, byte flags = 0x18, byte[]? payload = null, uint sequence = 1)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
        return
        [
            .. Big(source), .. Big(destination), .. number, 0, 0, 0, 2, 0x50, flags, 1, 0, 0, 0, 0, 0,
            .. payload ?? [],
        ];
    }

    public static byte[] Icmp(byte type, byte code = 0, byte[]? rest = null)
    {
        return [type, code, 0, 0, .. rest ?? [0, 1, 0, 1]];
    }

    public static byte[] Discovery(byte type, string? target, byte code = 0, byte[]? options = null)
    {
        return [type, code, 0, 0, 0, 0, 0, 0, .. target is null ? [] : Address(target), .. options ?? []];
    }

    public static byte[] LinkAddressOption(byte type, string mac = ClientMac) => [type, 1, .. Mac(mac)];

    public static byte[] Arp(
        ushort operation, string sender, string target, string senderMac = ClientMac, ushort hardware = 1)
    {
        byte[] packet =
        [
            .. Big(hardware), 8, 0, 6, 4, .. Big(operation), .. Mac(senderMac), .. Address(sender),
            0, 0, 0, 0, 0, 0, .. Address(target),
        ];
        return Ethernet(0x0806, packet, to: BroadcastMac);
    }

    /// <summary>The message of a DHCP client (RFC 2131, section 2), without options.</summary>
    public static byte[] DhcpMessage(byte operation = 1, byte cookie = 99)
    {
        var message = new byte[244];
        message[0] = operation;
        message[1] = 1;
        message[2] = 6;
        byte[] magic = [cookie, 130, 83, 99];
        magic.CopyTo(message, 236);
        return message;
    }

    public static CapturedFrame At(long unixNanoseconds, byte[] bytes) => new(unixNanoseconds, bytes, bytes.Length);

    public static byte[] Mac(string text) => Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));

    public static byte[] Big(ushort number)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();
}
