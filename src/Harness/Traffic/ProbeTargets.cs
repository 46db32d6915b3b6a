// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Where the probes of one address family send to.</summary>
/// <param name="InternetServer">Runs an <see cref="Services.EchoService"/> and a <see cref="Services.DnsService"/>; it
/// is reached through the tunnel.</param>
/// <param name="LanResolver">Runs a <see cref="Services.DnsService"/> on the client's own network.</param>
/// <param name="VpnServer">The address that the tunnel's transport goes to, and on which a Tor relay listens
/// too.</param>
public sealed record ProbeTargets(IPAddress InternetServer, IPAddress LanResolver, IPAddress VpnServer)
{
    /// <summary>The family of all three addresses.</summary>
    public AddressFamily Family => InternetServer.AddressFamily;
}
