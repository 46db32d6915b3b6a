// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Hears of interfaces and addresses. The second wall names them one by one, so what is new is outside of it until the
/// rules are loaded again.
/// </summary>
/// <remarks>
/// What goes away asks for nothing: a wall that still names an interface or an address of the tunnel that is gone is the
/// tighter one.
/// </remarks>
public sealed class LinkEvents : IDisposable
{
    private const int Links = 1, IPv4Addresses = 5, IPv6Addresses = 9; // RTNLGRP_ of linux/rtnetlink.h

    private readonly NetlinkSocket _socket;
    private readonly MachineLinks _links;
    private HashSet<string> _known;

    private LinkEvents(NetlinkSocket socket, MachineLinks links)
    {
        _socket = socket;
        _links = links;
        _known = Present();
    }

    /// <summary>For poll(2).</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Begins to listen. What is there now is known.</summary>
    public static LinkEvents Listen(MachineLinks links)
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        socket.Join(Links);
        socket.Join(IPv4Addresses);
        socket.Join(IPv6Addresses);
        return new LinkEvents(socket, links);
    }

    /// <summary>Takes all that was announced, without waiting.</summary>
    /// <returns>Whether something is there that was not known. It is known from now on.</returns>
    public bool TakeNew()
    {
        if (!Drain())
        {
            return false;
        }

        var present = Present();
        if (present.IsSubsetOf(_known))
        {
            return false;
        }

        _known = present;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private HashSet<string> Present() => new(_links.Names().Concat(Addresses()), StringComparer.Ordinal);

    /// <summary>Each with its interface: an address may move to the tunnel.</summary>
    private IEnumerable<string> Addresses() => _links.Addresses().Select(one => $"{one.Interface} {one.Address}");

    private bool Drain()
    {
        var isAnything = false;
        while (true)
        {
            try
            {
                if (_socket.Receive().IsEmpty)
                {
                    return isAnything;
                }
            }
            catch (NetlinkException exception) when (exception.Error == NetlinkException.QueueOverrun)
            {
                // More at once than could be heard.
            }

            isAnything = true;
        }
    }
}
