// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.Harness.Traffic.Dns;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>DNS queries over TCP, each on a connection of its own; the first label of the name is the nonce.</summary>
public sealed class DnsTcpProbe : ConnectingProbe
{
    /// <param name="context">What every probe needs.</param>
    public DnsTcpProbe(ProbeContext context)
        : base(context)
    {
    }

    private protected override byte[] Message(long number)
    {
        var message = new byte[sizeof(ushort) + DnsQuery.MaximumLength];
        var length = DnsQuery.Write(message.AsSpan(sizeof(ushort)), Nonce, number);
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)length);
        return message[..(sizeof(ushort) + length)];
    }

    private protected override bool IsReply(ReadOnlySpan<byte> received)
    {
        return received.Length > sizeof(ushort) && DnsResponse.IsAnswerFor(received[sizeof(ushort)..], Nonce);
    }
}
