// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Firewall.Commands;

/// <summary>Asks the system's resolver, in the clear where the machine is open.</summary>
internal static class HostLookUp
{
    /// <summary>A name's addresses of both families; none where it fails.</summary>
    public static IReadOnlyList<IPAddress> Find(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
