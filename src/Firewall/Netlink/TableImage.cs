// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// The content of a table, in the kernel's own form and without what differs from one loading to the next: handles, and
/// what counters counted. Equal images are equal rules; an image can be loaded under another name.
/// </summary>
/// <remarks>
/// Nothing is translated: the attributes that the kernel gives are those that it takes. So a copy cannot differ from
/// its original by the spelling of any nft.
/// </remarks>
public sealed class TableImage : IEquatable<TableImage>
{
    /// <summary>The table's flags.</summary>
    public required TableFlags Flags { get; init; }

    /// <summary>The chains, in their order.</summary>
    public required ImmutableArray<ImageObject> Chains { get; init; }

    /// <summary>The sets, by name.</summary>
    public required ImmutableArray<ImageSet> Sets { get; init; }

    /// <summary>The rules, in the order of their chains.</summary>
    public required ImmutableArray<ImageObject> Rules { get; init; }

    /// <summary>Adds the messages that create this table; the batch fails when there is one by its name.</summary>
    /// <param name="batch">Takes the messages.</param>
    /// <param name="table">The name to give it.</param>
    /// <param name="flags">The flags to give it.</param>
    public void Create(NftablesBatch batch, TableName table, TableFlags flags)
    {
        const NetlinkFlags onlyNew = NetlinkFlags.Create | NetlinkFlags.Exclusive;
        var writer = batch.Add(NftablesMessageType.NewTable, table.Family, onlyNew);
        writer.Text(NftablesAttribute.Table, table.Name);
        writer.BigEndian(NftablesAttribute.TableFlags, (uint)flags);
        foreach (var chain in Chains)
        {
            chain.AddTo(batch.Add(NftablesMessageType.NewChain, table.Family, NetlinkFlags.Create), table);
        }

        var number = 0u;
        foreach (var set in Sets)
        {
            set.AddTo(batch, table, ++number);
        }

        const NetlinkFlags atTheEnd = NetlinkFlags.Create | NetlinkFlags.Append;
        foreach (var rule in Rules)
        {
            rule.AddTo(batch.Add(NftablesMessageType.NewRule, table.Family, atTheEnd), table);
        }
    }

    /// <summary>Adds the message that deletes a table, which must be there.</summary>
    public static void Delete(NftablesBatch batch, TableName table)
    {
        batch.Add(NftablesMessageType.DeleteTable, table.Family).Text(NftablesAttribute.Table, table.Name);
    }

    /// <inheritdoc/>
    public bool Equals(TableImage? other)
    {
        return other is not null
            && Flags == other.Flags
            && Chains.SequenceEqual(other.Chains)
            && Sets.SequenceEqual(other.Sets)
            && Rules.SequenceEqual(other.Rules);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TableImage);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Flags, Chains.Length, Sets.Length, Rules.Length);
}
