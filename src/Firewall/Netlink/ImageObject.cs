// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A chain, a set or a rule of a <see cref="TableImage"/>: its attributes but for the table's name.</summary>
/// <param name="Attributes">The attributes, as in a message.</param>
public sealed record ImageObject(ImmutableArray<byte> Attributes)
{
    /// <summary>Writes it into a message that was begun for it.</summary>
    internal void AddTo(NetlinkWriter writer, TableName table)
    {
        writer.Text(NftablesAttribute.Table, table.Name);
        writer.Raw(Attributes.AsSpan());
    }

    /// <inheritdoc/>
    public bool Equals(ImageObject? other) => other is not null && Attributes.SequenceEqual(other.Attributes);

    /// <inheritdoc/>
    public override int GetHashCode() => Attributes.Length;
}
