// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Prover.Loading;

/// <summary>A device.</summary>
/// <param name="Index">Its number in its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind (macvlan, vlan, tun, ...); empty: a card, or lo.</param>
/// <param name="PortKind">What it is a port of (bridge, bond, ...); empty: of nothing.</param>
/// <param name="HasXdp">Whether it has an XDP program.</param>
/// <param name="ParentNamespace">
/// The number that its namespace gives to the one of the device it belongs to; null: that is in the same, or there is none.
/// </param>
internal sealed record Link(int Index, string Name, string Kind, string PortKind, bool HasXdp, int? ParentNamespace);

/// <summary>A queueing discipline.</summary>
/// <param name="Device">The number of its device.</param>
/// <param name="Handle">Its number, by which filters of its own are found; 0 is that of the device's default.</param>
/// <param name="Kind">Its kind.</param>
internal sealed record Discipline(int Device, uint Handle, string Kind);

/// <summary>Reads devices, addresses and traffic control of the calling thread's namespace (rtnetlink(7)).</summary>
internal static class LinkReader
{
    private const int RouteProtocol = 0;
    private const int Attempts = 5;
    private const ushort GetLink = 18;
    private const ushort GetAddress = 22;
    private const ushort GetDiscipline = 38;
    private const ushort GetFilter = 46;
    private const ushort GetNamespace = 90;

    // struct ifinfomsg, ifaddrmsg and tcmsg of linux/rtnetlink.h and linux/if_addr.h.
    private const int LinkHeader = 16;
    private const int AddressHeader = 8;
    private const int TrafficHeader = 20;

    /// <summary>The devices.</summary>
    /// <exception cref="RulesetUnavailableException">The kernel does not say.</exception>
    public static List<Link> Links()
    {
        // IFLA_IFNAME, IFLA_LINKINFO with IFLA_INFO_KIND and IFLA_INFO_SLAVE_KIND, IFLA_LINK_NETNSID, IFLA_XDP with
        // IFLA_XDP_ATTACHED (linux/if_link.h).
        return Dump(GetLink, stackalloc byte[LinkHeader], LinkHeader, message =>
        {
            var attributes = message[LinkHeader..];
            var information = NetlinkSocket.Attribute(attributes, 18);
            var xdp = NetlinkSocket.Attribute(NetlinkSocket.Attribute(attributes, 43), 2);
            return new Link(
                BinaryPrimitives.ReadInt32LittleEndian(message[4..]),
                Text(NetlinkSocket.Attribute(attributes, 3)),
                Text(NetlinkSocket.Attribute(information, 1)),
                Text(NetlinkSocket.Attribute(information, 4)),
                HasXdp: xdp.ContainsAnyExcept((byte)0),
                ParentNamespace: Number(NetlinkSocket.Attribute(attributes, 37)));
        });
    }

    /// <summary>The number that the calling thread's namespace gives to another one (ip-netns(8), "NSID").</summary>
    /// <returns>-1: it has none, as nothing here belongs to it; null: the kernel does not say.</returns>
    public static int? NumberOf(SafeFileHandle place)
    {
        // struct rtgenmsg, padded, and NETNSA_FD; the answer has NETNSA_NSID (linux/net_namespace.h).
        Span<byte> request = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], 8);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], 3);
        BinaryPrimitives.WriteInt32LittleEndian(request[8..], (int)place.DangerousGetHandle());
        int? number = null;
        _ = NetlinkSocket.Ask(RouteProtocol, GetNamespace, isDump: false, request, message =>
            number = message.Length > 4 ? Number(NetlinkSocket.Attribute(message[4..], 1)) : null);
        return number;
    }

    /// <summary>The addresses that others can reach.</summary>
    /// <exception cref="RulesetUnavailableException">The kernel does not say.</exception>
    public static List<IPAddress> Addresses()
    {
        // IFA_LOCAL, else IFA_ADDRESS; RT_SCOPE_UNIVERSE.
        return [.. Dump(GetAddress, stackalloc byte[AddressHeader], AddressHeader, message =>
        {
            var local = NetlinkSocket.Attribute(message[AddressHeader..], 2);
            var address = local.IsEmpty ? NetlinkSocket.Attribute(message[AddressHeader..], 1) : local;
            return message[3] == 0 && address.Length is 4 or 16 ? new IPAddress(address) : null;
        }).OfType<IPAddress>()];
    }

    /// <summary>The queueing disciplines of all devices.</summary>
    /// <exception cref="RulesetUnavailableException">The kernel does not say.</exception>
    public static List<Discipline> Disciplines()
    {
        // TCA_KIND.
        return Dump(GetDiscipline, stackalloc byte[TrafficHeader], TrafficHeader, message => new Discipline(
            BinaryPrimitives.ReadInt32LittleEndian(message[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(message[8..]),
            Text(NetlinkSocket.Attribute(message[TrafficHeader..], 1))));
    }

    /// <summary>Whether a clsact or ingress hook of a device has filters, or the kernel does not say.</summary>
    public static bool HasFilters(int device)
    {
        // TC_H_CLSACT with TC_H_MIN_INGRESS and TC_H_MIN_EGRESS (linux/pkt_sched.h).
        return HasFilters(device, 0xffff_fff2) || HasFilters(device, 0xffff_fff3);
    }

    /// <summary>Whether a queueing discipline has filters, or the kernel does not say; 0 means the device's root.</summary>
    public static bool HasFilters(int device, uint parent)
    {
        Span<byte> header = stackalloc byte[TrafficHeader];
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], device);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], parent);
        var count = 0;
        var isWhole = NetlinkSocket.Ask(RouteProtocol, GetFilter, isDump: true, header, _ => count++);
        return count > 0 || !isWhole;
    }

    private static List<T> Dump<T>(ushort type, ReadOnlySpan<byte> header, int least, Reader<T> read)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var items = new List<T>();
            var isLong = true;
            var isWhole = NetlinkSocket.Ask(RouteProtocol, type, isDump: true, header, message =>
            {
                if (message.Length < least)
                {
                    isLong = false;
                    return;
                }
                items.Add(read(message));
            });
            if (isWhole && isLong)
            {
                return items;
            }
        }
        throw new RulesetUnavailableException(
            "the kernel does not list its devices, addresses and traffic control (rtnetlink)", isPrivilege: false);
    }

    private delegate T Reader<T>(ReadOnlySpan<byte> message);

    private static int? Number(ReadOnlySpan<byte> bytes)
    {
        return BinaryPrimitives.TryReadInt32LittleEndian(bytes, out var number) ? number : null;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));
}
