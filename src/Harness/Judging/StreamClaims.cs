// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Accounting;

namespace LeakVerifier.Harness.Judging;

/// <summary>Which TCP segments to a server's endpoint are the tunnel's.</summary>
/// <remarks>
/// <para>Two things are asked, and both must hold. Every byte authenticates, in its place in the stream. And the segment
/// comes from the port to which the client is bound: one below 1024, which the kernel refuses to whoever lacks
/// CAP_NET_BIND_SERVICE and never chooses by itself (net/ipv4/af_inet.c, inet_port_requires_bind_service).</para>
/// <para>The second decides where the first cannot: a SYN, an acknowledgement, a FIN or a reset carries no bytes. From
/// another port it is somebody else's; from this one it is the client's, also where no connection came of it. Nothing is
/// sampled, so there is no moment at which a socket could be missed.</para>
/// </remarks>
internal static class StreamClaims
{
    private const byte Syn = 0x02; // RFC 9293, section 3.1

    /// <summary>Those that are not, in their order, each with what speaks against it.</summary>
    /// <param name="claims">TCP segments, in the order of the wire.</param>
    /// <param name="accountant">Has seen nothing yet.</param>
    /// <param name="clientPort">The client's port.</param>
    public static List<(FrameFacts Frame, string Why)> Refuse(
        List<FrameFacts> claims, StreamAccountant accountant, ushort clientPort)
    {
        claims.ForEach(claim => accountant.Add(Segment(claim)));
        List<(FrameFacts, string)> refused = [];
        foreach (var (claim, verdict) in claims.Zip(accountant.Finish()))
        {
            if (Objection(claim, verdict, clientPort) is { } why)
            {
                refused.Add((claim, why));
            }
        }

        return refused;
    }

    private static StreamSegment Segment(in FrameFacts claim)
    {
        return new StreamSegment(
            new IPEndPoint(claim.Ip!.Source, claim.SourcePort!.Value),
            claim.TcpSequence!.Value,
            (claim.TcpFlags & Syn) != 0,
            claim.Payload);
    }

    private static string? Objection(in FrameFacts claim, SegmentVerdict verdict, ushort clientPort)
    {
        var isOwnPort = claim.SourcePort == clientPort;
        if (claim.Payload.IsEmpty)
        {
            return isOwnPort ? null : $"a segment without bytes, and not from the client's port {clientPort}";
        }

        if (verdict.Class.IsTunnel())
        {
            return isOwnPort ? null : $"the tunnel's bytes, but not from the client's port {clientPort}";
        }

        // The client's connection was reset, or the capture ended, before the rest of its last packet was sent.
        return isOwnPort && verdict.Class == PacketClass.Unfinished
            ? null
            : $"{AuthenticatedTransport.Name(verdict.Class)}: {verdict.Reason}";
    }
}
