// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Server;

/// <summary>What carries the tunnel.</summary>
public enum Transport
{
    /// <summary>One packet a datagram.</summary>
    Udp,

    /// <summary>Packets in a stream, each after its length.</summary>
    Tcp,
}
