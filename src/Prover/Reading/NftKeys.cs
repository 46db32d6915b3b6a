// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>What an nft expression reads, the kind of its values, and the conditions that nft leaves out.</summary>
/// <param name="Key">The bits.</param>
/// <param name="Kind">The values.</param>
internal sealed record NftKey(Key Key, NftValueKind Kind)
{
    /// <summary>Conditions that nft adds when it loads the rule and elides when it lists it.</summary>
    public IReadOnlyList<RuleStep> Conditions { get; init; } = [];

    /// <summary>The width of the values in bits; 0 for interfaces.</summary>
    public int Width => Key is FieldKey number ? number.Length : 0;
}

/// <summary>Reads the left side of a match (libnftables-json(5), EXPRESSIONS).</summary>
internal static class NftKeys
{
    /// <summary>Reads an expression.</summary>
    /// <param name="json">The expression.</param>
    /// <param name="context">Where the rule is.</param>
    /// <exception cref="UnreadableException">The model does not know it.</exception>
    public static NftKey Read(JsonElement json, NftContext context)
    {
        var property = NftJson.Single(json);
        return property.Name switch
        {
            "meta" => Meta(property.Value),
            "ct" => Connection(property.Value),
            "payload" => NftPayload.Read(property.Value, context),
            "&" => Masked(property.Value, context),
            _ => throw new UnreadableException($"expression {property.Name}"),
        };
    }

    /// <summary>A property that must be text.</summary>
    public static string Text(JsonElement json, string name)
    {
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new UnreadableException($"no text in {name}");
    }

    private static NftKey Meta(JsonElement json)
    {
        NftJson.Only(json, "key");
        return Meta(Text(json, "key"));
    }

    private static NftKey Meta(string key) => key switch
    {
        "oifname" => new(new InterfaceKey(IsOutput: true, ByIndex: false), NftValueKind.Interface),
        "iifname" => new(new InterfaceKey(IsOutput: false, ByIndex: false), NftValueKind.Interface),
        "oif" => new(new InterfaceKey(IsOutput: true, ByIndex: true), NftValueKind.Interface),
        "iif" => new(new InterfaceKey(IsOutput: false, ByIndex: true), NftValueKind.Interface),
        "oifkind" => new(new InterfaceKindKey(IsOutput: true), NftValueKind.Interface),
        "iifkind" => new(new InterfaceKindKey(IsOutput: false), NftValueKind.Interface),
        "l4proto" => new(FieldKey.Whole(Field.Protocol), NftValueKind.Protocol),
        "nfproto" => new(FieldKey.Whole(Field.EtherType), NftValueKind.NetfilterProtocol),
        "protocol" => new(FieldKey.Whole(Field.EtherType), NftValueKind.EtherType),
        "mark" => new(FieldKey.Whole(Field.Mark), NftValueKind.Number),
        "skuid" => new(FieldKey.Whole(Field.Uid), NftValueKind.Number),
        "skgid" => new(FieldKey.Whole(Field.Gid), NftValueKind.Number),
        _ => throw new UnreadableException($"meta {key}"),
    };

    private static NftKey Connection(JsonElement json)
    {
        var key = Text(json, "key");
        // ct mark of a direction, say.
        NftJson.Only(json, "key");
        return key switch
        {
            "state" => new(FieldKey.Whole(Field.ConnectionState), NftValueKind.ConnectionState),
            "mark" => new(FieldKey.Whole(Field.ConnectionMark), NftValueKind.Number),
            "status" => new(FieldKey.Whole(Field.ConnectionStatus), NftValueKind.ConnectionStatus),
            "direction" => new(FieldKey.Whole(Field.ConnectionDirection), NftValueKind.Direction),
            _ => throw new UnreadableException($"ct {key}"),
        };
    }

    private static NftKey Masked(JsonElement json, NftContext context)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != 2)
        {
            throw new UnreadableException("a mask of other than two operands");
        }
        var key = Read(json[0], context);
        if (key.Key is not FieldKey { Mask: null } field
            || key.Kind is NftValueKind.EtherType or NftValueKind.NetfilterProtocol)
        {
            throw new UnreadableException("a mask of something that is no number");
        }
        var mask = NftValues.Flags(json[1], key);
        return key with { Key = field with { Mask = mask } };
    }
}
