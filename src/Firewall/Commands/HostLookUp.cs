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
            return [.. Dns.GetHostAddresses(name).Select(Plain)];
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>The address as rules and pins have it: of its own family, and without the number of an interface.</summary>
    internal static IPAddress Plain(IPAddress address)
    {
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
    }
}
