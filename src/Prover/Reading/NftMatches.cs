// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads matches and verdict maps.</summary>
/// <param name="sets">The table's sets.</param>
/// <param name="context">Where the rule is.</param>
internal sealed class NftMatches(NftSets sets, NftContext context)
{
    /// <summary>Where the rule is.</summary>
    public NftContext Context => context;

    /// <summary>The steps of a match. What the model does not know becomes one unknown.</summary>
    public IEnumerable<RuleStep> Match(JsonElement json)
    {
        try
        {
            return [.. Read(json)];
        }
        catch (UnreadableException e)
        {
            return [new UnknownStep($"{e.Message} in {Shortened(json)}")];
        }
    }

    /// <summary>The steps of a verdict map; one that is not understood is opaque.</summary>
    public IEnumerable<RuleStep> VerdictMap(JsonElement json)
    {
        try
        {
            var (keys, pairs) = Map(json);
            var entries = pairs.Select(pair => new VerdictMapEntry(
                NftValues.Element(pair.Key, keys), NftVerdicts.Read(pair.Value)));
            ImmutableArray<Key> read = [.. keys.Select(StateKey)];
            RequireSteady(read);
            return [.. Conditions(keys), new VerdictMapStep(read, [.. entries])];
        }
        catch (Exception e) when (e is UnreadableException or KeyNotFoundException or InvalidOperationException)
        {
            return [new OpaqueStep($"{e.Message} in {Shortened(json)}")];
        }
    }

    /// <summary>A field gets the value that a map has for a key; without one the rule ends.</summary>
    public IEnumerable<RuleStep> ValueMap(Field field, JsonElement json)
    {
        var words = Shortened(json);
        try
        {
            var (keys, pairs) = Map(json);
            var values = pairs.Select(pair => pair.Value.GetUInt32()).Distinct().ToList();
            // Which of several values it is depends on the key: left open.
            ValueExpression value = values.Count == 1 ? new ConstantExpression(values[0]) : new UnknownExpression(words);
            return [.. Conditions(keys), Listed(keys, pairs), new AssignStep(field, value)];
        }
        catch (Exception e) when (e is UnreadableException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return [new UnknownStep($"{e.Message} in {words}"), new AssignStep(field, new UnknownExpression(words))];
        }
    }

    /// <summary>What a map needs to have a value, whichever it is; without one the rule ends.</summary>
    public IEnumerable<RuleStep> Lookup(JsonElement json)
    {
        try
        {
            var (keys, pairs) = Map(json);
            return [.. Conditions(keys), Listed(keys, pairs)];
        }
        catch (Exception e) when (e is UnreadableException or KeyNotFoundException or InvalidOperationException)
        {
            return [new UnknownStep($"{e.Message} in {Shortened(json)}")];
        }
    }

    private static MatchStep Listed(List<NftKey> keys, List<(JsonElement Key, JsonElement Value)> pairs)
    {
        ImmutableArray<Key> read = [.. keys.Select(StateKey)];
        RequireSteady(read);
        return new MatchStep(
            read, [.. pairs.Select(pair => NftValues.Element(pair.Key, keys))], Negated: false, MatchFlavour.Native);
    }

    private (List<NftKey> Keys, List<(JsonElement Key, JsonElement Value)> Pairs) Map(JsonElement json)
    {
        NftJson.Only(json, "key", "data");
        return (Keys(json.GetProperty("key")), [.. sets.Elements(json.GetProperty("data")).Select(NftJson.Pair)]);
    }

    /// <summary>JSON for a message: not more than a line.</summary>
    public static string Shortened(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 120 ? text : text[..117] + "...";
    }

    private IEnumerable<RuleStep> Read(JsonElement json)
    {
        NftJson.Only(json, "op", "left", "right");
        var op = NftKeys.Text(json, "op");
        if (op == "==" && Group(json) is { } group)
        {
            return [new CgroupStep(group, context.CgroupLevel == group.Count(c => c == '/') + 1)];
        }
        if (NftExtensionHeaders.Fragment(op, json, Shortened(json)) is { } fragment)
        {
            return fragment;
        }
        var keys = Keys(json.GetProperty("left"));
        var right = json.GetProperty("right");
        var conditions = Conditions(keys).ToList();
        if (conditions.Exists(condition => condition is NeverStep))
        {
            return conditions;
        }
        var match = op switch
        {
            "==" or "!=" => Equality(keys, right, op == "!="),
            "in" or "!" when keys.Count == 1 => Flags(keys[0], right, op == "!"),
            "<" or ">" or "<=" or ">=" when keys.Count == 1 => Comparison(keys[0], right, op),
            _ => throw new UnreadableException($"operator {op}"),
        };
        RequireSteady(match.Keys);
        return conditions.Append(match);
    }

    // Of a connection's status connection tracking itself sets "expected", "seen-reply" and "assured" before rules ask, and
    // the model knows when "snat" and "dnat" are. All others (confirmed, helper, ...) change between rules.
    private static void RequireSteady(ImmutableArray<Key> keys)
    {
        const uint steady = 1 | 2 | 4 | 16 | 32; // linux/netfilter/nf_conntrack_common.h
        if (keys.Any(key => key is FieldKey { Field: Field.ConnectionStatus } status
            && ((status.Mask ?? uint.MaxValue) & ~(UInt128)steady) != 0))
        {
            throw new UnreadableException("a status of connections that may change on the way");
        }
    }

    private static string? Group(JsonElement json)
    {
        return json.TryGetProperty("left", out var left) && left.ValueKind == JsonValueKind.Object
            && left.TryGetProperty("socket", out var socket) && NftJson.Unexpected(socket, "key") is null && NftKeys.Text(socket, "key") == "cgroupv2"
            && json.TryGetProperty("right", out var right) && right.ValueKind == JsonValueKind.String
            ? right.GetString()!.Trim('/')
            : null;
    }

    private List<NftKey> Keys(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("concat", out var parts)
            && NftJson.Unexpected(json, "concat") is null
            ? [.. parts.EnumerateArray().Select(part => NftKeys.Read(part, context))]
            : [NftKeys.Read(json, context)];
    }

    private static IEnumerable<RuleStep> Conditions(List<NftKey> keys) => keys.SelectMany(key => key.Conditions);

    // States are numbered by this model: a mask of nft's bits is applied to the values and not to the field.
    private static Key StateKey(NftKey key)
    {
        return key.Kind == NftValueKind.ConnectionState ? FieldKey.Whole(Field.ConnectionState) : key.Key;
    }

    private MatchStep Equality(List<NftKey> keys, JsonElement right, bool negated)
    {
        ImmutableArray<Key> read = [.. keys.Select(StateKey)];
        if (keys.Count > 1)
        {
            var elements = sets.Elements(right).Select(element => NftValues.Element(element, keys));
            return new MatchStep(read, [.. elements], negated, MatchFlavour.Native);
        }
        if (right.ValueKind == JsonValueKind.Array || right.ValueKind == JsonValueKind.Object
            && right.TryGetProperty("|", out _))
        {
            // Several flags at once. A packet has one connection state, but the comparison is with their sum.
            return OneValue(keys[0], NftValues.Flags(right, keys[0]), negated);
        }
        var values = sets.Elements(right).Select(value => NftValues.Read(value, keys[0])).ToList();
        return MatchStep.Of(read[0], Union(values, keys[0]), negated);
    }

    private static MatchStep OneValue(NftKey key, UInt128 value, bool negated)
    {
        if (key.Kind == NftValueKind.ConnectionState)
        {
            var mask = ((FieldKey)key.Key).Mask ?? UInt128.MaxValue;
            return MatchStep.Of(StateKey(key), NftValues.States(bit => ((UInt128)bit & mask) == value), negated);
        }
        return MatchStep.Of(key.Key, [ValueRange.Exactly(value)], negated);
    }

    private static KeyValues Union(List<KeyValues> values, NftKey key)
    {
        return key.Kind == NftValueKind.Interface
            ? new NameValues([.. values.Cast<NameValues>().SelectMany(value => value.Names)])
            : new NumberValues(ValueRange.Normalise(values.Cast<NumberValues>().SelectMany(value => value.Ranges)));
    }

    // "in": some of the flags is set; "!": none is.
    private static MatchStep Flags(NftKey key, JsonElement right, bool negated)
    {
        var mask = NftValues.Flags(right, key);
        if (key.Kind == NftValueKind.ConnectionState && key.Key is FieldKey { Mask: null })
        {
            return MatchStep.Of(StateKey(key), NftValues.States(bit => ((UInt128)bit & mask) != 0), negated);
        }
        return key.Key is FieldKey { Mask: null } field
            && key.Kind is NftValueKind.TcpFlags or NftValueKind.ConnectionStatus or NftValueKind.Number
            ? MatchStep.Of(field with { Mask = mask }, [ValueRange.Exactly(0)], !negated)
            : throw new UnreadableException("flags of something that has none");
    }

    private static MatchStep Comparison(NftKey key, JsonElement right, string op)
    {
        if (key.Kind is NftValueKind.ConnectionState or NftValueKind.EtherType or NftValueKind.NetfilterProtocol
            or NftValueKind.Interface)
        {
            throw new UnreadableException("an order of names");
        }
        var value = NftValues.Number(right, key);
        var maximum = ValueRange.MaximumOf(key.Width);
        var range = op switch
        {
            "<" when value > 0 => new ValueRange(0, value - 1),
            "<=" => new ValueRange(0, value),
            ">" when value < maximum => new ValueRange(value + 1, maximum),
            ">=" => new ValueRange(value, maximum),
            _ => new ValueRange(1, 0),
        };
        return MatchStep.Of(key.Key, [range]);
    }
}
