// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// ICMP echo requests from a ping socket (icmp(7)), which needs no capability: the kernel fills in identifier and
/// checksum (net/ipv4/ping.c).
/// </summary>
public sealed class IcmpEchoProbe : DatagramProbe
{
    /// <summary>13 requests a second.</summary>
    private const int Interval = 3;

    private const int HeaderLength = 8;

    /// <summary>Echo request and echo reply of ICMP (RFC 792) or ICMPv6 (RFC 4443).</summary>
    private readonly (byte Request, byte Reply) _types;

    /// <param name="context">What every probe needs.</param>
    public IcmpEchoProbe(ProbeContext context)
        : base(context, Interval)
    {
        var isV6 = context.Description.Destination.AddressFamily == AddressFamily.InterNetworkV6;
        _types = isV6 ? ((byte)128, (byte)129) : ((byte)8, (byte)0);
    }

    private protected override int Write(Span<byte> buffer)
    {
        buffer[..HeaderLength].Clear();
        buffer[0] = _types.Request;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[6..], (ushort)Number);
        return HeaderLength + NoncePayload.WriteDatagram(Nonce, Number, buffer[HeaderLength..]);
    }

    private protected override bool IsReply(ReadOnlySpan<byte> datagram)
    {
        return datagram.Length > HeaderLength
            && datagram[0] == _types.Reply
            && NoncePayload.TryReadDatagram(Nonce, datagram[HeaderLength..], out _);
    }
}
