// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// Numbered datagrams from a socket that is bound to no address: the kernel chooses route and source anew for each.
/// </summary>
public class UdpProbe : DatagramProbe
{
    /// <summary>13 datagrams a second.</summary>
    private const int Interval = 3;

    /// <param name="context">What every probe needs.</param>
    public UdpProbe(ProbeContext context)
        : this(context, Interval)
    {
    }

    private protected UdpProbe(ProbeContext context, int intervalTicks)
        : base(context, intervalTicks)
    {
    }

    private protected override int Write(Span<byte> buffer)
    {
        return NoncePayload.WriteDatagram(Nonce, Number, buffer);
    }

    private protected override bool IsReply(ReadOnlySpan<byte> datagram)
    {
        return PeerLine.TryParse(datagram, out _, out var length)
            && NoncePayload.TryReadDatagram(Nonce, datagram[length..], out _);
    }
}
