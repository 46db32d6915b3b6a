// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Text;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// All that nf_tables has, as the kernel tells it, but for what changes while rules work or when the same rules are loaded
/// again: handles, counters, how often a thing is used, the numbers of anonymous sets, the order of a set's elements.
/// Numbers are those of linux/netfilter/nf_tables.h.
/// </summary>
internal sealed class NftContents
{
    /// <summary>NFT_MSG_GETTABLE, _GETCHAIN, _GETRULE, _GETSET, _GETOBJ and _GETFLOWTABLE.</summary>
    public const byte Table = 1, Chain = 4, Rule = 7, Set = 10, Object = 19, FlowTable = 23;

    private const int OfTable = 1; // NFTA_CHAIN_TABLE, NFTA_RULE_TABLE and their like
    private const int SetName = 2; // NFTA_SET_NAME

    private readonly ArrayBufferWriter<byte> _content = new(64 * 1024);
    private readonly Dictionary<string, int> _anonymous = new(StringComparer.Ordinal);

    /// <summary>Names it: the same contents have the same name.</summary>
    public string Hash => Convert.ToHexStringLower(Sha256.Of(_content.WrittenSpan));

    /// <summary>Asks the kernel; null if it does not tell all, or something changes meanwhile.</summary>
    public static NftContents? Read()
    {
        var contents = new NftContents();
        var sets = new List<(string Family, byte[] Table, byte[] Name)>();
        var isWhole = contents.Dump(Table) && contents.Dump(Chain)
            && NftSocket.Ask(Set, isDump: true, (family, attributes) =>
            {
                sets.Add((family, [.. NetlinkSocket.Attribute(attributes, OfTable)], [.. NetlinkSocket.Attribute(attributes, SetName)]));
                contents.Add(Set, family, attributes);
            })
            && sets.TrueForAll(set => contents.DumpElements(set.Family, set.Table, set.Name))
            && contents.Dump(Rule) && contents.Dump(Object) && contents.Dump(FlowTable);
        return isWhole ? contents : null;
    }

    /// <summary>Takes an object; a set before the rules that ask it.</summary>
    /// <param name="kind">What it is: the message that asks for it.</param>
    /// <param name="family">The family of its table.</param>
    /// <param name="attributes">Its attributes.</param>
    public void Add(byte kind, string family, ReadOnlySpan<byte> attributes)
    {
        const int objectType = 3; // NFTA_OBJ_TYPE
        var table = TableOf(family, NetlinkSocket.Attribute(attributes, OfTable));
        if (kind == Set)
        {
            AddName(table, attributes);
        }
        var isCounter = kind == Object && NetlinkSocket.Attribute(attributes, objectType) is [0, 0, 0, 1]; // NFT_OBJECT_COUNTER
        Write(_content, kind, Encoding.UTF8.GetBytes(family));
        while (NetlinkSocket.TryNext(ref attributes, out var attribute, out var value))
        {
            switch (kind, attribute)
            {
                // USE, HANDLE, OWNER of a table; HANDLE, USE, COUNTERS, ID of a chain; HANDLE, POSITION, ID of a rule;
                // ID, HANDLE of a set; USE, HANDLE of an object and of a flow table.
                case (Table, 3 or 4 or 7) or (Chain, 2 or 6 or 8 or 11) or (Rule, 3 or 6 or 9) or (Set, 10 or 16)
                    or (Object, 5 or 6) or (FlowTable, 4 or 5):
                case (Object, 4) when isCounter: // NFTA_OBJ_DATA
                    break;
                case (Rule, 4): // NFTA_RULE_EXPRESSIONS
                    WriteExpressions(_content, attribute, value, table);
                    break;
                default:
                    Write(_content, attribute, Name(table, value));
                    break;
            }
        }
    }

    /// <summary>Takes a set's elements.</summary>
    /// <param name="family">The family of the set's table.</param>
    /// <param name="table">The table's name, as the kernel sends it.</param>
    /// <param name="set">The set's name, as the kernel sends it.</param>
    /// <param name="elements">The attributes of each element, in any order: they may come from a hash table.</param>
    public void AddElements(string family, ReadOnlySpan<byte> table, ReadOnlySpan<byte> set, IEnumerable<byte[]> elements)
    {
        var ofTable = TableOf(family, table);
        Write(_content, SetName, Name(ofTable, set));
        foreach (var element in elements.Select(element => Element(element, ofTable)).Order(
            Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other))))
        {
            Write(_content, 0, element);
        }
    }

    private bool Dump(byte kind) => NftSocket.Ask(kind, isDump: true, (family, attributes) => Add(kind, family, attributes));

    private bool DumpElements(string family, byte[] table, byte[] set)
    {
        const int list = 3; // NFTA_SET_ELEM_LIST_ELEMENTS
        var elements = new List<byte[]>();
        var isWhole = NftSocket.AskForElements(family, table, set, (answered, attributes) =>
        {
            var rest = NetlinkSocket.Attribute(attributes, list);
            while (NetlinkSocket.TryNext(ref rest, out _, out var element))
            {
                elements.Add([.. element]);
            }
        });
        AddElements(family, table, set, elements);
        return isWhole;
    }

    // Rules find an anonymous set by a number, which the kernel chooses; its place among the sets stays the same.
    private void AddName(string table, ReadOnlySpan<byte> attributes)
    {
        const int flags = 3; // NFTA_SET_FLAGS
        if (NetlinkSocket.Attribute(attributes, flags) is [.., var last] && (last & 1) != 0) // NFT_SET_ANONYMOUS
        {
            _anonymous[table + NftSocket.Text(NetlinkSocket.Attribute(attributes, SetName))] = _anonymous.Count;
        }
    }

    private ReadOnlySpan<byte> Name(string table, ReadOnlySpan<byte> value)
    {
        return value.StartsWith("__"u8) && _anonymous.TryGetValue(table + NftSocket.Text(value), out var place)
            ? BitConverter.GetBytes(place)
            : value;
    }

    private byte[] Element(ReadOnlySpan<byte> attributes, string table)
    {
        var content = new ArrayBufferWriter<byte>();
        while (NetlinkSocket.TryNext(ref attributes, out var attribute, out var value))
        {
            switch (attribute)
            {
                case 5: // NFTA_SET_ELEM_EXPIRATION
                    break;
                case 7: // NFTA_SET_ELEM_EXPR
                    WriteExpression(content, value, table);
                    break;
                case 11: // NFTA_SET_ELEM_EXPRESSIONS
                    WriteExpressions(content, attribute, value, table);
                    break;
                default:
                    Write(content, attribute, value);
                    break;
            }
        }
        return content.WrittenSpan.ToArray();
    }

    private void WriteExpressions(ArrayBufferWriter<byte> content, int attribute, ReadOnlySpan<byte> list, string table)
    {
        Write(content, attribute, []);
        while (NetlinkSocket.TryNext(ref list, out _, out var expression))
        {
            WriteExpression(content, expression, table);
        }
    }

    private void WriteExpression(ArrayBufferWriter<byte> content, ReadOnlySpan<byte> expression, string table)
    {
        const int name = 1, data = 2; // NFTA_EXPR_NAME, _DATA
        var ofName = NetlinkSocket.Attribute(expression, name);
        Write(content, name, ofName);
        if (ofName.SequenceEqual("counter\0"u8))
        {
            return;
        }
        var attributes = NetlinkSocket.Attribute(expression, data);
        while (NetlinkSocket.TryNext(ref attributes, out var attribute, out var value))
        {
            Write(content, attribute, Name(table, value));
        }
    }

    private static string TableOf(string family, ReadOnlySpan<byte> name) => $"{family} {NftSocket.Text(name)} ";

    private static void Write(ArrayBufferWriter<byte> content, int attribute, ReadOnlySpan<byte> value)
    {
        content.Write(BitConverter.GetBytes(attribute));
        content.Write(BitConverter.GetBytes(value.Length));
        content.Write(value);
    }
}
