// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Text;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// Which tables work, from the kernel itself: nft 1.0.6 prints their flags from memory that it has freed, so that "dormant"
/// may read as anything.
/// </summary>
internal static class NftTables
{
    private const byte GetTable = 1;

    // Attributes and flags of nf_tables.h: NFTA_TABLE_*, NFT_TABLE_F_DORMANT.
    private const int Name = 1;
    private const int Flags = 2;
    private const uint Dormant = 1;

    /// <summary>Asks the kernel; empty if it does not answer, so that the listings are asked.</summary>
    public static IReadOnlyList<TableState> Read()
    {
        var tables = new List<TableState>();
        var isWhole = NftSocket.Ask(GetTable, isDump: true, (family, attributes) =>
        {
            var name = NetlinkSocket.Attribute(attributes, Name);
            var flags = NetlinkSocket.Attribute(attributes, Flags);
            if (NameOf(family) is { } known && name.Length > 0 && flags.Length == sizeof(uint))
            {
                tables.Add(new TableState(known, Encoding.UTF8.GetString(name.TrimEnd((byte)0)),
                    (BinaryPrimitives.ReadUInt32BigEndian(flags) & Dormant) != 0));
            }
        });
        return isWhole ? tables : [];
    }

    // NFPROTO_... of linux/netfilter.h.
    private static string? NameOf(byte family) => family switch
    {
        1 => "inet",
        2 => "ip",
        3 => "arp",
        5 => "netdev",
        7 => "bridge",
        10 => "ip6",
        _ => null,
    };
}
