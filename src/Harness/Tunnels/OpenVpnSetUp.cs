// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>What of the OpenVPN tunnel a scenario chooses.</summary>
public sealed record OpenVpnSetUp
{
    /// <summary>Whether the client keeps its tun over restarts.</summary>
    public bool PersistTun { get; init; }

    /// <summary>What carries the tunnel.</summary>
    public Transport Transport { get; init; } = Transport.Udp;

    /// <summary>Whether the client reaches its server over IPv6 instead of IPv4.</summary>
    public bool IsOverIPv6 { get; init; }

    /// <summary>The fault script with which the server starts (docs/openvpn-scripts.md).</summary>
    public string Script { get; init; } = "";

    /// <summary>Further lines of the client's configuration.</summary>
    public ImmutableArray<string> ClientLines { get; init; } = [];

    /// <summary>Whether the tunnel is waited for; not where connecting never ends.</summary>
    public bool IsAwaited { get; init; } = true;
}
