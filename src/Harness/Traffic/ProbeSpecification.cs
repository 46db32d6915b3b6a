// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Traffic;

/// <summary>A probe as a plan wants it.</summary>
/// <param name="Name">Its name, unique within a plan.</param>
/// <param name="Kind">How it sends.</param>
/// <param name="Destination">Where it sends to; port 0 for ICMP.</param>
/// <param name="IsUnprivileged">Sent by the unprivileged user, who is not the tunnel's.</param>
/// <param name="IsBound">Bound to the physical interface.</param>
public sealed record ProbeSpecification(
    string Name, ProbeKind Kind, IPEndPoint Destination, bool IsUnprivileged = false, bool IsBound = false)
{
    /// <summary>The protocol that this kind speaks.</summary>
    public ProbeProtocol Protocol => Kind switch
    {
        ProbeKind.TcpEstablished or ProbeKind.TcpNew or ProbeKind.DnsTcp => ProbeProtocol.Tcp,
        ProbeKind.IcmpEcho => ProbeProtocol.Icmp,
        _ => ProbeProtocol.Udp,
    };
}
