// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>
/// Numbered datagrams from a connected socket, which keeps the source address that it had when it was connected. It is
/// ready once an answer came: the flow exists, and connection tracking knows it.
/// </summary>
public class UdpConnectedProbe : UdpProbe
{
    /// <param name="context">What every probe needs.</param>
    public UdpConnectedProbe(ProbeContext context)
        : base(context)
    {
    }

    private protected UdpConnectedProbe(ProbeContext context, int intervalTicks)
        : base(context, intervalTicks)
    {
    }

    private protected override bool IsConnected => true;

    private protected override void Prove()
    {
        Send();
    }

    private protected override void OnReply(ReadOnlySpan<byte> datagram)
    {
        if (PeerLine.TryParse(datagram, out var peer, out _))
        {
            SetReady(peer);
        }
    }
}
