// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>The sets inside of a table's rules.</summary>
/// <param name="hasOthers">
/// Whether the table may have sets already: the kernel then names these, and rules find them by their numbers. Otherwise they
/// are named here as the kernel would name them.
/// </param>
internal sealed class AnonymousSets(bool hasOthers = false)
{
    // enum nft_set_flags
    private const uint Anonymous = 1;
    private const uint Constant = 2;
    private const uint Interval = 4;

    private readonly List<ImageSet> _sets = [];
    private int _created;

    /// <summary>All of them, in the order of a <see cref="TableImage"/>.</summary>
    public ImmutableArray<ImageSet> All => [.. _sets.OrderBy(set => set.Name, StringComparer.Ordinal)];

    /// <summary>Adds the messages that create those which were made since the last call.</summary>
    /// <param name="batch">Takes the messages.</param>
    /// <param name="table">The sets' table.</param>
    public void AddNewTo(NftablesBatch batch, TableName table)
    {
        for (; _created < _sets.Count; _created++)
        {
            _sets[_created].AddTo(batch, table, NumberOf(_created));
        }
    }

    /// <summary>Makes a set of single values.</summary>
    /// <returns>What asks whether the register is in it.</returns>
    public Expression Add(DataType type, IReadOnlyList<string> members, byte[] origin)
    {
        return Add(type, Anonymous | Constant, origin, [.. members.Select(member => Element(type.Parse(member)))]);
    }

    /// <summary>Makes a set of networks, ranges and single addresses.</summary>
    /// <returns>What asks whether the register is in it.</returns>
    public Expression AddIntervals(DataType type, IReadOnlyList<string> members, byte[] origin)
    {
        const uint end = 1; // NFT_SET_ELEM_INTERVAL_END
        var elements = new List<ImageObject> { Element(new byte[type.Length], end) };
        var last = default(AddressRange?);
        foreach (var range in members.Select(member => AddressRange.Parse(type, member)).Order())
        {
            // nft would put neighbours together; the rules of this program have none.
            if (!range.IsBehind(last))
            {
                throw new UnknownWordException("neighbours in a set");
            }

            elements.Add(Element(range.First));
            elements.Add(Element(range.Behind, end));
            last = range;
        }

        return Add(type, Anonymous | Constant | Interval, origin, elements);
    }

    private Expression Add(DataType type, uint flags, byte[] origin, List<ImageObject> elements)
    {
        var name = hasOthers ? "__set%d" : $"__set{_sets.Count}";
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnObject);
        writer.Text(NftablesAttribute.SetName, name);
        writer.BigEndian(3, flags); // NFTA_SET_FLAGS
        writer.BigEndian(4, type.Number ?? throw new UnknownWordException("a set of this type")); // NFTA_SET_KEY_TYPE
        writer.BigEndian(5, (uint)type.Length); // NFTA_SET_KEY_LEN
        writer.Attribute(13, origin); // NFTA_SET_USERDATA
        var description = writer.BeginNested(9, isMarked: false); // NFTA_SET_DESC
        writer.BigEndian(1, (uint)elements.Count); // NFTA_SET_DESC_SIZE
        writer.EndNested(description);
        _sets.Add(new ImageSet(name, new ImageObject([.. writer.Written.Span]), [.. elements]));
        return Expression.Lookup(name, hasOthers ? NumberOf(_sets.Count - 1) : null);
    }

    private static uint NumberOf(int index) => (uint)index + 1;

    private static ImageObject Element(byte[] key, uint flags = 0)
    {
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnExpression);
        var value = writer.BeginNested(1, isMarked: false); // NFTA_SET_ELEM_KEY
        writer.Attribute(1, key); // NFTA_DATA_VALUE
        writer.EndNested(value);
        if (flags != 0)
        {
            writer.BigEndian(3, flags); // NFTA_SET_ELEM_FLAGS
        }

        return new ImageObject([.. writer.Written.Span]);
    }
}
