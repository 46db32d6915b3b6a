// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Numerics;
using System.Text;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>The conditions of a rule, in the expressions that nft makes of them.</summary>
/// <param name="family">The table's family.</param>
/// <param name="sets">Takes the sets inside of the rule.</param>
/// <param name="words">The rule.</param>
internal sealed class RuleMatches(NftablesFamily family, AnonymousSets sets, RuleWords words)
{
    private const int InterfaceNameLength = 16; // IFNAMSIZ
    private const int LongestMerge = 16; // NFT_REG_SIZE
    private const byte FragmentHeader = 44; // RFC 8200, section 4.5
    private const byte RoutingHeader = 43; // RFC 8200, section 4.4

    private readonly List<Expression> _expressions = [];
    private readonly ImpliedHeaders _implied = new(family);
    private (uint Origin, int Offset, byte[] Value)? _lastEqual;

    /// <summary>All expressions so far.</summary>
    public IReadOnlyList<Expression> Expressions => _expressions;

    /// <summary>Adds one; what was compared before is complete.</summary>
    public void Add(Expression expression)
    {
        _lastEqual = null;
        _expressions.Add(expression);
    }

    /// <summary>Takes the condition that begins with a word.</summary>
    /// <returns>False when none does.</returns>
    public bool TryTake(string word)
    {
        switch (word)
        {
            case "iifname": Name(MetaKey.InputName); break;
            case "oifname": Name(MetaKey.OutputName); break;
            case "meta": Meta(words.Next()); break;
            case "ct": Connection(); break;
            case "fib": Route(); break;
            case "frag": LaterFragment(); break;
            case "exthdr": HasExtensionHeader(); break;
            case ['@', ..]: Bytes(word); break;
            case "ether" or "arp" or "ip" or "ip6" or "icmp" or "icmpv6" or "udp" or "tcp": Header(word); break;
            default: return false;
        }

        return true;
    }

    private void Name(uint key)
    {
        var name = words.Text();
        Add(Expression.Meta(key));
        Add(Expression.Compare(true, name is [.. var stem, '*'] ? Padded(stem)[..Encoding.UTF8.GetByteCount(stem)] : Padded(name)));
    }

    /// <summary>A name as the kernel keeps it: the rest of its place is zero.</summary>
    private static byte[] Padded(string name)
    {
        if (name.Length == 0 || name.Contains('\\') || Encoding.UTF8.GetByteCount(name) >= InterfaceNameLength)
        {
            throw new UnknownWordException(name);
        }

        var bytes = new byte[InterfaceNameLength];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    private void Meta(string field)
    {
        var (key, type) = MetaKey.Of(field);
        Add(Expression.Meta(key));
        if (field is "iifkind" or "oifkind")
        {
            Add(Expression.Compare(true, Padded(words.Text())));
        }
        else if (words.Takes("{"))
        {
            Add(sets.Add(type, words.Members(), SetOrigin.OfMeta(key, key == MetaKey.Protocol)));
        }
        else if (words.Takes("&"))
        {
            Add(Expression.Mask(type.Parse(words.Next())));
            words.Expect("==");
            Add(Expression.Compare(true, type.Parse(words.Next())));
        }
        else
        {
            var value = type.Parse(words.Next());
            Add(Expression.Compare(true, value));
            _implied.Learn(key, value);
        }
    }

    private void Connection()
    {
        // enum nft_ct_keys
        const uint state = 0;
        const uint direction = 1;
        const uint status = 2;
        switch (words.Next())
        {
            case "state":
                Add(Expression.Connection(state));
                Add(Expression.Mask(ConnectionState.Bits(words.Next())));
                Add(Expression.Compare(false, new byte[sizeof(uint)]));
                break;
            case "status":
                var value = ConnectionState.StatusBits(words.Next());
                words.Expect("/");
                Add(Expression.Connection(status));
                Add(Expression.Mask(ConnectionState.StatusBits(words.Next())));
                Add(Expression.Compare(true, value));
                break;
            case "direction":
                Add(Expression.Connection(direction));
                Add(Expression.Compare(true, [Direction(words.Next())]));
                break;
            case var word: ConnectionAddress(Direction(word)); break;
        }
    }

    /// <summary>Of a connection: by its beginner, or against (enum ip_conntrack_dir).</summary>
    private static byte Direction(string word) => word switch
    {
        "original" => 0,
        "reply" => 1,
        _ => throw new UnknownWordException(word),
    };

    private void ConnectionAddress(byte direction)
    {
        // enum nft_ct_keys
        const uint destinationOfIPv4 = 20;
        const uint destinationOfIPv6 = 22;
        var type = DataType.AddressOf(words.Next());
        words.Expect("daddr");
        Add(Expression.Connection(type == DataType.Ipv6Address ? destinationOfIPv6 : destinationOfIPv4, direction));
        Add(Expression.Compare(true, type.Parse(words.Next())));
    }

    private void Route()
    {
        const uint addressType = 3; // NFT_FIB_RESULT_ADDRTYPE
        const uint destinationOnInput = 2 | 8; // NFTA_FIB_F_DADDR, NFTA_FIB_F_IIF
        words.Expect("daddr", ".", "iif", "type", "{");
        Add(Expression.Route(addressType, destinationOnInput));
        var origin = SetOrigin.OfRoute(addressType, destinationOnInput);
        Add(sets.Add(DataType.AddressType, words.Members(), origin));
    }

    private void LaterFragment()
    {
        words.Expect("frag-off", "!=", "0");
        Imply("ip6");
        Add(Expression.ExtensionHeader(FragmentHeader, offset: 2, length: 2, isPresence: false));
        Add(Expression.Mask([0xff, 0xf8]));
        Add(Expression.Compare(false, [0, 0]));
    }

    private void HasExtensionHeader()
    {
        var header = words.Next() switch
        {
            "frag" => FragmentHeader,
            "rt" => RoutingHeader,
            var other => throw new UnknownWordException(other),
        };
        words.Expect("exists");
        Imply("ip6");
        Add(Expression.ExtensionHeader(header, offset: 0, length: 1, isPresence: true));
        Add(Expression.Compare(true, [1]));
    }

    /// <summary>Bytes by their place: <c>@th,64,128 0x20010db8</c>; offset and length in bits.</summary>
    private void Bytes(string place)
    {
        if (place.Split(',') is not [var header, var offset, var length]
            || (int)RuleWords.NumberIn(offset) is var first && first % 8 != 0
            || (int)RuleWords.NumberIn(length) is var bits && bits % 8 != 0
            || words.Next() is not ['0', 'x', .. var digits]
            || !BigInteger.TryParse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            throw new UnknownWordException(place);
        }

        var written = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] value = written.Length <= bits / 8
            ? [.. new byte[(bits / 8) - written.Length], .. written]
            : throw new UnknownWordException(digits);
        var origin = header switch { "@ll" => 0u, "@nh" => 1u, "@th" => 2u, _ => throw new UnknownWordException(header) };
        Equal(origin, first / 8, value);
    }

    private void Header(string header)
    {
        var field = HeaderField.Of(header, words.Next());
        if (header == "arp" && field.Type == DataType.Ipv4Address)
        {
            words.Expect("ip");
        }

        Imply(header);
        if (field == HeaderField.TcpFlags)
        {
            Flags(field);
        }
        else if (words.Takes("{"))
        {
            Members(field);
        }
        else if (words.Takes("&"))
        {
            var mask = field.Type.Parse(words.Next());
            words.Expect("!=");
            Other(field, mask);
        }
        else if (words.Takes("!="))
        {
            Other(field, field.Mask);
        }
        else
        {
            Value(field, words.Next());
        }
    }

    /// <summary>The field, or the bits of it that count, is not what the next word says.</summary>
    private void Other(HeaderField field, byte[]? mask)
    {
        Add(Expression.Payload(field.Origin, field.Offset, field.Type.Length));
        if (mask is not null)
        {
            Add(Expression.Mask(mask));
        }

        Add(Expression.Compare(false, field.Type.Parse(words.Next())));
    }

    private void Members(HeaderField field)
    {
        Add(Expression.Payload(field.Origin, field.Offset, field.Type.Length));
        var members = words.Members();
        var isInterval = members.Any(member => member.Contains('/') || (member.Contains(':') && member.Contains('-')));
        var origin = SetOrigin.Of(field, isInterval);
        Add(isInterval
            ? sets.AddIntervals(field.Type, members, origin)
            : sets.Add(field.Type, members, origin));
    }

    private void Value(HeaderField field, string word)
    {
        if (field.Mask is not null)
        {
            throw new UnknownWordException(word);
        }

        if (word.Split('/') is not [var address, var length])
        {
            Equal(field.Origin, field.Offset, field.Type.Parse(word));
            return;
        }

        var prefix = (int)RuleWords.NumberIn(length);
        var value = field.Type.Parse(address);
        if (prefix <= 0 || prefix > 8 * value.Length)
        {
            throw new UnknownWordException(word);
        }

        if (prefix % 8 == 0)
        {
            Equal(field.Origin, field.Offset, value[..(prefix / 8)]);
            return;
        }

        var mask = AddressRange.MaskOf(prefix, value.Length);
        Add(Expression.Payload(field.Origin, field.Offset, value.Length));
        Add(Expression.Mask(mask));
        Add(Expression.Compare(true, [.. value.Zip(mask, (part, bits) => (byte)(part & bits))]));
    }

    /// <summary><c>tcp flags syn / fin,syn</c>, <c>!= syn / fin,syn</c>, or <c>! fin,syn</c>: none of them.</summary>
    private void Flags(HeaderField field)
    {
        var isNone = words.Takes("!");
        var isEqual = !words.Takes("!=");
        var value = isNone ? (byte)0 : TcpFlags.Bits(words.Next());
        if (!isNone)
        {
            words.Expect("/");
        }

        Add(Expression.Payload(field.Origin, field.Offset, 1));
        Add(Expression.Mask([TcpFlags.Bits(words.Next())]));
        Add(Expression.Compare(isEqual, [value]));
    }

    private void Imply(string header)
    {
        foreach (var expression in _implied.By(header))
        {
            Add(expression);
        }
    }

    /// <summary>
    /// Compares a field. Two that lie side by side are compared at once, as nft does, where together they have a power of
    /// two of bytes.
    /// </summary>
    private void Equal(uint origin, int offset, byte[] value)
    {
        if (_lastEqual is { } last
            && last.Origin == origin
            && last.Offset + last.Value.Length == offset
            && last.Value.Length + value.Length <= LongestMerge
            && BitOperations.IsPow2(last.Value.Length + value.Length))
        {
            _expressions.RemoveRange(_expressions.Count - 2, 2);
            (offset, value) = (last.Offset, [.. last.Value, .. value]);
        }

        Add(Expression.Payload(origin, offset, value.Length));
        Add(Expression.Compare(true, value));
        _lastEqual = (origin, offset, value);
    }
}
