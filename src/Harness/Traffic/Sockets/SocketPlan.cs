// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>How a socket is opened (socket(2)).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Type">The type.</param>
/// <param name="Protocol">The protocol.</param>
internal sealed record SocketPlan(int Domain, int Type, int Protocol)
{
    /// <summary>The interface that it is bound to; null: none.</summary>
    public string? Device { get; init; }

    /// <summary>Further options.</summary>
    public ImmutableArray<SocketOption> Options { get; init; } = [];

    /// <summary>All options, in the order in which they are set.</summary>
    public IEnumerable<SocketOption> AllOptions => Device is null
        ? Options
        : Options.Prepend(new SocketOption(SocketCalls.SOL_SOCKET, SocketCalls.SO_BINDTODEVICE, Encoding.ASCII.GetBytes(Device)));

    /// <summary>The domain of an address family.</summary>
    public static int DomainOf(AddressFamily family)
    {
        return family == AddressFamily.InterNetworkV6 ? SocketCalls.AF_INET6 : SocketCalls.AF_INET;
    }

    /// <summary>Datagrams of UDP.</summary>
    public static SocketPlan Udp(AddressFamily family) => new(DomainOf(family), SocketCalls.SOCK_DGRAM, 0);

    /// <summary>Packets of any IP protocol, below the header (raw(7)).</summary>
    public static SocketPlan Raw(AddressFamily family, byte protocol) => new(DomainOf(family), SocketCalls.SOCK_RAW, protocol);

    /// <summary>Whole IP packets, header included.</summary>
    public static SocketPlan WholePackets(AddressFamily family)
    {
        // IPPROTO_RAW means that for IPv4; IPv6 wants it said (net/ipv6/raw.c).
        return Raw(family, SocketCalls.IPPROTO_RAW) with
        {
            Options = family == AddressFamily.InterNetworkV6
                ? [SocketOption.Number(SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_HDRINCL, 1)]
                : [],
        };
    }

    /// <summary>Whole frames (packet(7)).</summary>
    public static SocketPlan Frames { get; } = new(SocketCalls.AF_PACKET, SocketCalls.SOCK_RAW, 0);
}
