// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;

namespace LeakVerifier.Harness.Traffic.Applications;

/// <summary>Whom the applications talk to.</summary>
public sealed record ApplicationTargets
{
    /// <summary>A server on the internet that offers downloads and resolves names; its IPv4 address first.</summary>
    public required ImmutableArray<IPAddress> Internet { get; init; }

    /// <summary>The resolver on the local network.</summary>
    public required IPAddress LanResolver { get; init; }

    /// <summary>The Tor relay on a port of its own.</summary>
    public required IPEndPoint Relay { get; init; }

    /// <summary>The same relay on the VPN's port.</summary>
    public required IPEndPoint RelayOnVpnPort { get; init; }

    /// <summary>The relay's fingerprint, 40 hexadecimal digits.</summary>
    public required string RelayFingerprint { get; init; }
}
