// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using System.Text;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The addresses of this machine, by rtnetlink(7).</summary>
internal static partial class LinkAddresses
{
    private const ushort GetAddress = 22; // RTM_GETADDR
    private const ushort RequestDump = 0x1 | 0x300; // NLM_F_REQUEST | NLM_F_DUMP
    private const int HeaderLength = 8; // struct ifaddrmsg
    private const int RequestLength = 16 + HeaderLength; // struct nlmsghdr before it
    private const int Permanent = 0x80; // IFA_F_PERMANENT
    private const int NameLength = 16; // IF_NAMESIZE

    /// <summary>All addresses in the network namespace of the calling thread.</summary>
    public static IReadOnlyList<LinkAddress> Read()
    {
        using var socket = NetlinkSocket.Open(NetlinkSocket.Route);
        var request = new byte[RequestLength];
        BitConverter.TryWriteBytes(request, RequestLength);
        BitConverter.TryWriteBytes(request.AsSpan(4), GetAddress);
        BitConverter.TryWriteBytes(request.AsSpan(6), RequestDump);
        return [.. socket.Ask(request).Select(Parse).OfType<LinkAddress>()];
    }

    private static LinkAddress? Parse(NetlinkMessage message)
    {
        var attributes = NetlinkAttribute.Split(message.Body.AsSpan(HeaderLength));
        var local = NetlinkAttribute.Find(attributes, 2).Value; // IFA_LOCAL: on a point-to-point link not the peer's
        var address = local.Length > 0 ? local : NetlinkAttribute.Find(attributes, 1).Value; // IFA_ADDRESS
        var name = NameOf(BitConverter.ToUInt32(message.Body, 4));
        return address.Length is 4 or 16 && name is not null
            ? new LinkAddress(name, new(address), (message.Body[2] & Permanent) == 0)
            : null;
    }

    private static string? NameOf(uint index)
    {
        Span<byte> name = stackalloc byte[NameLength];
        return IndexToName(index, name) == 0 ? null : Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    private static partial nint IndexToName(uint index, Span<byte> name);
}
