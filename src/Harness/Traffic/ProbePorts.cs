// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// The destination ports of the probes. Each probe has one of its own, so that a packet without a payload tells whose
/// it is.
/// </summary>
public sealed record ProbePorts
{
    /// <summary>The established TCP transfer.</summary>
    public int TcpEstablished { get; init; } = 7001;

    /// <summary>New TCP connections.</summary>
    public int TcpNew { get; init; } = 7002;

    /// <summary>Connected UDP.</summary>
    public int UdpConnected { get; init; } = 7003;

    /// <summary>Unconnected UDP.</summary>
    public int UdpUnconnected { get; init; } = 7004;

    /// <summary>UDP bound to the physical interface.</summary>
    public int BoundUdp { get; init; } = 7005;

    /// <summary>TCP bound to the physical interface.</summary>
    public int BoundTcp { get; init; } = 7006;

    /// <summary>The port of the Tor relay on the VPN server's address, UDP and TCP; 9001 is the customary
    /// ORPort.</summary>
    public int TorOther { get; init; } = 9001;

    /// <summary>The port of the tunnel's transport, on which the Tor relay listens too.</summary>
    public required int Vpn { get; init; }

    /// <summary>What the internet server's echo service listens on over TCP.</summary>
    public IReadOnlyList<int> InternetTcp => [TcpEstablished, TcpNew, BoundTcp];

    /// <summary>What the internet server's echo service listens on over UDP.</summary>
    public IReadOnlyList<int> InternetUdp => [UdpConnected, UdpUnconnected, BoundUdp];
}
