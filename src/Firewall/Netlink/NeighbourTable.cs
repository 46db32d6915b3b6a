// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// IPv6 neighbour discovery of an interface, set by rtnetlink: what <c>/proc/sys/net/ipv6/neigh</c> says, also where that is
/// read-only, as in a container.
/// </summary>
internal static partial class NeighbourTable
{
    private const ushort SetTable = 67; // RTM_SETNEIGHTBL
    private const byte Ipv6 = 10; // AF_INET6

    // linux/neighbour.h: enum of NDTA_ and of NDTPA_.
    private const int Name = 1, Parameters = 6, InterfaceIndex = 1, MulticastReprobes = 17;

    /// <summary>Sets how often a neighbour is asked for by its group once it no longer answers (<c>mcast_resolicit</c>).</summary>
    /// <returns>Whether it was set.</returns>
    public static bool TrySetMulticastReprobes(string interfaceName, uint times)
    {
        var index = NameToIndex(interfaceName);
        if (index == 0)
        {
            return false; // it is gone
        }

        try
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            return socket.Ask(SetTable, NetlinkFlags.None, request =>
            {
                request.Raw([Ipv6, 0, 0, 0]); // struct ndtmsg
                request.Text(Name, "ndisc_cache");
                var parameters = request.BeginNested(Parameters);
                request.Attribute(InterfaceIndex, BitConverter.GetBytes(index));
                request.Attribute(MulticastReprobes, BitConverter.GetBytes(times));
                request.EndNested(parameters);
            }).IsDone;
        }
        catch (NetlinkException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);
}
