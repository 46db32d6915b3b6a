// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Hears of interfaces and addresses. The second wall names them one by one, so what is new may be outside of it until it
/// is named as well.
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
    private HashSet<string> _knownNames;
    private HashSet<LinkAddress> _knownAddresses;

    private LinkEvents(NetlinkSocket socket, MachineLinks links)
    {
        _socket = socket;
        _links = links;
        _knownNames = Names();
        _knownAddresses = Addresses();
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
    /// <returns>What is there that was not known. It is known from now on.</returns>
    public LinkNews TakeNew()
    {
        if (!Drain())
        {
            return LinkNews.None;
        }

        var (names, addresses) = (Names(), Addresses());
        var news = new LinkNews([.. names.Except(_knownNames)], [.. addresses.Except(_knownAddresses)]);
        (_knownNames, _knownAddresses) = (names, addresses);
        return news;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private HashSet<string> Names() => new(_links.Names(), StringComparer.Ordinal);

    private HashSet<LinkAddress> Addresses() => [.. _links.Addresses()];

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
