// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;

namespace LeakVerifier.Policy;

/// <summary>
/// A TCP service of this machine that hosts of one network may reach in the clear, such as SSH. What leaves for it is
/// answers only: from that port, to that network, on that interface, and never the first packet of a connection.
/// </summary>
/// <param name="Network">Who may connect.</param>
/// <param name="Interface">The only interface on which they may.</param>
/// <param name="Port">The service's TCP port.</param>
public sealed record ManagementAccess(IPNetwork Network, string Interface, ushort Port)
{
    /// <summary>The configuration's spelling: <c>192.168.1.0/24@eth0:22</c>.</summary>
    public override string ToString()
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Network}@{Interface}:{Port}");
    }
}
