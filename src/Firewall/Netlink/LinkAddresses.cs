// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using System.Text;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The addresses of this machine, by rtnetlink(7).</summary>
internal static partial class LinkAddresses
{
    private const ushort GetAddress = 22; // RTM_GETADDR
    private const int HeaderLength = 8; // struct ifaddrmsg
    private const int Permanent = 0x80; // IFA_F_PERMANENT
    private const int NameLength = 16; // IF_NAMESIZE
    private const int Attempts = 10; // at a machine whose addresses change without end

    /// <summary>All addresses in the network namespace of the calling thread.</summary>
    /// <exception cref="NetlinkException">The kernel cannot be asked.</exception>
    public static IReadOnlyList<LinkAddress> Read()
    {
        var found = new List<LinkAddress>();
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        for (var attempt = 1; Read(socket, found).Error == NetlinkAnswer.Interrupted && attempt < Attempts; attempt++)
        {
            // Something changed meanwhile: an address that was there all the time may be missing.
            found.Clear();
        }

        return found;
    }

    private static NetlinkAnswer Read(NetlinkSocket socket, List<LinkAddress> found)
    {
        return socket.Ask(GetAddress, NetlinkFlags.Dump, request => request.Raw(new byte[HeaderLength]), message =>
        {
            if (Parse(message.Payload) is { } address)
            {
                found.Add(address);
            }
        });
    }

    private static LinkAddress? Parse(ReadOnlySpan<byte> payload)
    {
        var attributes = payload[HeaderLength..];
        var local = NetlinkAttribute.Find(attributes, 2).Value; // IFA_LOCAL: on a point-to-point link not the peer's
        var address = local.IsEmpty ? NetlinkAttribute.Find(attributes, 1).Value : local; // IFA_ADDRESS
        var name = NameOf(BitConverter.ToUInt32(payload[4..]));
        return address.Length is 4 or 16 && name is not null
            ? new LinkAddress(name, new(address), (payload[2] & Permanent) == 0)
            : null;
    }

    private static string? NameOf(uint index)
    {
        Span<byte> name = stackalloc byte[NameLength];
        return IndexToName(index, name) == 0 ? null : Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    private static partial nint IndexToName(uint index, Span<byte> name);
}
