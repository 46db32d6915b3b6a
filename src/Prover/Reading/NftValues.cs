// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text.Json;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the right side of a match, and the elements of sets and maps.</summary>
internal static class NftValues
{
    /// <summary>The values of one key.</summary>
    /// <exception cref="UnreadableException">The model does not know them.</exception>
    public static KeyValues Read(JsonElement json, NftKey key)
    {
        return Combine([.. Alternatives(json).Select(value => One(value, key))], key.Kind == NftValueKind.Interface);
    }

    /// <summary>An element of concatenated keys.</summary>
    public static Element Element(JsonElement json, IReadOnlyList<NftKey> keys)
    {
        json = Unwrapped(json);
        if (keys.Count == 1)
        {
            return new Element([Read(json, keys[0])]);
        }
        var parts = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("concat", out var concat)
            && NftJson.Unexpected(json, "concat") is null
            ? concat
            : throw new UnreadableException("an element of a concatenation that is none");
        return parts.GetArrayLength() == keys.Count
            ? new Element([.. parts.EnumerateArray().Select((part, i) => Read(part, keys[i]))])
            : throw new UnreadableException("an element with another number of parts than its set");
    }

    /// <summary>One number, or several flags to be combined.</summary>
    public static UInt128 Flags(JsonElement json, NftKey key)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("|", out var operands))
        {
            NftJson.Only(json, "|");
            json = operands;
        }
        return json.ValueKind == JsonValueKind.Array
            ? json.EnumerateArray().Aggregate(UInt128.Zero, (all, flag) => all | Flags(flag, key))
            : Number(json, key);
    }

    /// <summary>One number, by value or by name.</summary>
    public static UInt128 Number(JsonElement json, NftKey key)
    {
        var width = key.Kind is NftValueKind.ConnectionState ? 32 : key.Width;
        var value = json.ValueKind switch
        {
            JsonValueKind.Number when json.TryGetUInt64(out var number) => (UInt128)number,
            JsonValueKind.String => Text(json.GetString()!, key.Kind),
            _ => throw new UnreadableException("a value that is neither number nor text"),
        };
        value = Adapt(value, key.Kind);
        return value <= ValueRange.MaximumOf(width)
            ? value
            : throw new UnreadableException($"{value} does not fit {width} bits");
    }

    /// <summary>The values of one connection state mask as this model numbers states.</summary>
    public static NumberValues States(Func<int, bool> isMeant)
    {
        return new NumberValues(ValueRange.Normalise(Enum.GetValues<ConnectionState>()
            .Where(state => isMeant(NftSymbols.StateBit(state)))
            .Select(state => ValueRange.Exactly((UInt128)(int)state))));
    }

    private static UInt128 Text(string text, NftValueKind kind) => kind switch
    {
        NftValueKind.Address4 => Numbers.Address(text, IpFamily.Ip4),
        NftValueKind.Address6 => Numbers.Address(text, IpFamily.Ip6),
        _ => NftSymbols.Number(kind, text),
    };

    private static UInt128 Adapt(UInt128 value, NftValueKind kind)
    {
        return (kind, (int)(value & 0xffff)) switch
        {
            (NftValueKind.NetfilterProtocol, 2) => 0x0800,
            (NftValueKind.NetfilterProtocol, 10) => 0x86dd,
            (NftValueKind.NetfilterProtocol, _) => 0,
            // nft 1.0.6 prints EtherTypes in JSON in the machine's byte order.
            (NftValueKind.EtherType, 0x0008) => 0x0800,
            (NftValueKind.EtherType, 0xdd86) => 0x86dd,
            _ => value,
        };
    }

    private static KeyValues One(JsonElement json, NftKey key)
    {
        json = Unwrapped(json);
        if (key.Kind == NftValueKind.Interface)
        {
            return new NameValues([Interface(json, key)]);
        }
        if (json.ValueKind == JsonValueKind.Object)
        {
            return new NumberValues([Range(json, key)]);
        }
        var value = Number(json, key);
        return key.Kind == NftValueKind.ConnectionState
            ? States(bit => ((FieldKey)key.Key).Mask is { } mask ? ((UInt128)bit & mask) == value : (UInt128)bit == value)
            : new NumberValues([ValueRange.Exactly(value)]);
    }

    private static ValueRange Range(JsonElement json, NftKey key)
    {
        if (key.Kind is NftValueKind.ConnectionState or NftValueKind.EtherType or NftValueKind.NetfilterProtocol)
        {
            throw new UnreadableException("a range of names");
        }
        var form = NftJson.Single(json);
        if (form is { Name: "range", Value: var range } && range.GetArrayLength() == 2)
        {
            return new ValueRange(Number(range[0], key), Number(range[1], key));
        }
        if (form is { Name: "prefix", Value: var prefix })
        {
            NftJson.Only(prefix, "addr", "len");
            var length = Numbers.PrefixLength(prefix.GetProperty("len").GetRawText(), key.Width);
            return ValueRange.Prefix(Number(prefix.GetProperty("addr"), key), length, key.Width);
        }
        throw new UnreadableException("a value of an unknown form");
    }

    private static InterfacePattern Interface(JsonElement json, NftKey key)
    {
        var name = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
        var isPrefix = name.EndsWith('*') && key.Key is InterfaceKey { ByIndex: false };
        var stem = isPrefix ? name[..^1] : name;
        var isIndex = stem.Length > 0 && stem.All(char.IsAsciiDigit) && key.Key is InterfaceKey { ByIndex: true };
        return stem.Length is > 0 and <= InterfacePattern.MaximumLength && !isIndex && !stem.AsSpan().ContainsAny("*\\\"")
            || isPrefix && stem.Length == 0
            ? new InterfacePattern(stem, isPrefix)
            : throw new UnreadableException("an interface without a name");
    }

    private static JsonElement[] Alternatives(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("set", out var set)
            && NftJson.Unexpected(json, "set") is null
            ? [.. set.EnumerateArray()]
            : [json];
    }

    // An element with a counter or a comment is wrapped. One that can expire is not for sure in the set, and one with a limit
    // or a quota does not always match.
    private static JsonElement Unwrapped(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("elem", out var wrapped))
        {
            return json;
        }
        NftJson.Only(json, "elem");
        NftJson.Only(wrapped, "val", "counter", "comment", "last");
        return wrapped.GetProperty("val");
    }

    private static KeyValues Combine(ImmutableArray<KeyValues> values, bool isNames)
    {
        if (isNames)
        {
            return new NameValues([.. values.Cast<NameValues>().SelectMany(value => value.Names)]);
        }
        return new NumberValues(ValueRange.Normalise(values.Cast<NumberValues>().SelectMany(value => value.Ranges)));
    }
}
