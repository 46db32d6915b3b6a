// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Dns;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>DNS queries over UDP; the first label of the name is the nonce.</summary>
public sealed class DnsUdpProbe : DatagramProbe
{
    /// <summary>10 queries a second.</summary>
    private const int Interval = 4;

    /// <param name="context">What every probe needs.</param>
    public DnsUdpProbe(ProbeContext context)
        : base(context, Interval)
    {
    }

    private protected override int Write(Span<byte> buffer)
    {
        return DnsQuery.Write(buffer, Nonce, Number);
    }

    private protected override bool IsReply(ReadOnlySpan<byte> datagram)
    {
        return DnsResponse.IsAnswerFor(datagram, Nonce);
    }
}
