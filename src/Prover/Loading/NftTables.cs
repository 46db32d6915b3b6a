// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
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
            if (family.Length > 0 && name.Length > 0 && flags.Length == sizeof(uint))
            {
                var isDormant = (BinaryPrimitives.ReadUInt32BigEndian(flags) & Dormant) != 0;
                tables.Add(new TableState(family, NftSocket.Text(name), isDormant));
            }
        });
        return isWhole ? tables : [];
    }
}
