// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A set of a <see cref="TableImage"/>.</summary>
/// <param name="Name">Its name; that of a set inside of a rule is the kernel's invention.</param>
/// <param name="Declaration">What it is.</param>
/// <param name="Elements">What it holds, in the kernel's order.</param>
public sealed record ImageSet(string Name, ImageObject Declaration, ImmutableArray<ImageObject> Elements)
{
    /// <summary>Adds the messages that create it.</summary>
    internal void AddTo(NftablesBatch batch, TableName table, uint number)
    {
        var set = batch.Add(NftablesMessageType.NewSet, table.Family, NetlinkFlags.Create);
        Declaration.AddTo(set, table);
        set.BigEndian(NftablesAttribute.SetId, number);
        if (Elements.IsEmpty)
        {
            return;
        }

        var elements = batch.Add(NftablesMessageType.NewSetElement, table.Family, NetlinkFlags.Create);
        elements.Text(NftablesAttribute.Table, table.Name);
        elements.Text(NftablesAttribute.SetName, Name);
        elements.BigEndian(NftablesAttribute.SetElementsId, number);
        var list = elements.BeginNested(NftablesAttribute.SetElements);
        foreach (var element in Elements)
        {
            var entry = elements.BeginNested(NftablesAttribute.ListEntry);
            elements.Raw(element.Attributes.AsSpan());
            elements.EndNested(entry);
        }

        elements.EndNested(list);
    }

    /// <summary>The same set: a hash table has no order, so neither has the comparison.</summary>
    public bool Equals(ImageSet? other)
    {
        return other is not null
            && Declaration == other.Declaration
            && Elements.Length == other.Elements.Length
            && Sorted(Elements).SequenceEqual(Sorted(other.Elements));
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Elements.Length);

    private static IEnumerable<ImageObject> Sorted(ImmutableArray<ImageObject> elements)
    {
        return elements.OrderBy(element => element.Attributes,
            Comparer<ImmutableArray<byte>>.Create((one, other) => one.AsSpan().SequenceCompareTo(other.AsSpan())));
    }
}
