// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Tunnels;

/// <summary>What carries the client's traffic before the fault.</summary>
public enum TunnelKind
{
    /// <summary>
    /// A forwarder process joins the client's tun to one of the VPN server. Nothing of it is on the wire, so every frame
    /// there is judged exactly.
    /// </summary>
    OutOfBand,

    /// <summary>
    /// The real OpenVPN client against the fake server, which breaks to order and authenticates every packet sent to it.
    /// </summary>
    OpenVpn,

    /// <summary>The real OpenVPN client and the real OpenVPN server.</summary>
    OpenVpnReal,
}

/// <summary>How a tunnel takes over the client's traffic.</summary>
public enum RouteStyle
{
    /// <summary>Two routes that are more specific than the default route, which stays (OpenVPN's <c>def1</c>).</summary>
    Halves,

    /// <summary>The default route itself is replaced.</summary>
    Default,
}
