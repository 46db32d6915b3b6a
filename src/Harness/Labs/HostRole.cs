// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs;

/// <summary>What a host is in a lab.</summary>
public enum HostRole
{
    /// <summary>The machine under test.</summary>
    Client,

    /// <summary>The ISP's router, at which the capture point is.</summary>
    Router,

    /// <summary>The VPN's server, which is also a Tor relay.</summary>
    VpnServer,

    /// <summary>A server on the internet.</summary>
    Internet,

    /// <summary>The resolver on the client's local network.</summary>
    Resolver,

    /// <summary>A machine behind the one under test, in the <see cref="Topology.Gateway"/> topology only.</summary>
    Workstation,

    /// <summary>What runs in a container of the machine under test.</summary>
    Container,
}
