// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>What a rule compares, sets or looks up, in nft's own language (nft(8), "EXPRESSIONS").</summary>
internal static class NftValueText
{
    private const int EntriesShown = 8;

    /// <summary>The expression's words; JSON where it is one that is not known.</summary>
    public static string Of(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array:
                return string.Join(",", json.EnumerateArray().Select(Of));
            case JsonValueKind.True:
                return "exists";
            case JsonValueKind.False:
                return "missing";
            case JsonValueKind.Object:
                return OfObject(json);
            default:
                return json.ToString();
        }
    }

    /// <summary>The words of one of an object's properties; a question mark where it has none of that name.</summary>
    public static string Part(JsonElement json, string name)
    {
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? Of(value) : "?";
    }

    /// <summary>The words of those of an object's properties that it has, in this order.</summary>
    public static IEnumerable<string> Parts(JsonElement json, params string[] names)
    {
        return names.Where(name => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _))
            .Select(name => Part(json, name));
    }

    private static string OfObject(JsonElement json)
    {
        if (!json.EnumerateObject().Any())
        {
            return "";
        }
        var property = json.EnumerateObject().First();
        var body = property.Value;
        return property.Name switch
        {
            _ when body.ValueKind == JsonValueKind.Null => property.Name,
            "payload" when body.TryGetProperty("base", out _) => "@" + string.Join(',', Parts(body, "base", "offset", "len")),
            "payload" => $"{Part(body, "protocol")} {Part(body, "field")}",
            "meta" or "socket" or "osf" => $"{property.Name} {Part(body, "key")}",
            "ct" or "ipsec" => Words(property, "dir", "key"),
            "rt" => Words(property, "family", "key"),
            "fib" => $"fib {Joined(body, "flags", " . ")} {Part(body, "result")}",
            "exthdr" when body.TryGetProperty("field", out _) => string.Join(' ', Parts(body, "name", "field")),
            "exthdr" or "tcp option" or "ip option" or "sctp chunk" => Words(property, "name", "field"),
            "numgen" => $"numgen {Part(body, "mode")} mod {Part(body, "mod")}",
            "jhash" => $"jhash {Part(body, "expr")} mod {Part(body, "mod")}",
            "symhash" => $"symhash mod {Part(body, "mod")}",
            "prefix" => $"{Part(body, "addr")}/{Part(body, "len")}",
            "range" => string.Join('-', body.EnumerateArray().Select(Of)),
            "set" => Set(body),
            "map" => $"{Part(body, "key")} map {Part(body, "data")}",
            "elem" => string.Join(" timeout ", Parts(body, "val", "timeout")),
            "concat" => string.Join(" . ", body.EnumerateArray().Select(Of)),
            "&" or "|" or "^" or "<<" or ">>" => string.Join($" {property.Name} ", body.EnumerateArray().Select(Operand)),
            "jump" or "goto" => $"{property.Name} {Part(body, "target")}",
            _ => NftMatches.Shortened(json),
        };
    }

    private static string Words(JsonProperty property, params string[] names)
    {
        return string.Join(' ', Parts(property.Value, names).Prepend(property.Name));
    }

    private static string Joined(JsonElement json, string name, string separator)
    {
        return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? string.Join(separator, value.EnumerateArray().Select(Of))
            : Part(json, name);
    }

    /// <summary>Several flags are one number, where something is done with them.</summary>
    private static string Operand(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Array
            ? $"({string.Join(" | ", json.EnumerateArray().Select(Of))})"
            : Of(json);
    }

    private static string Set(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return Of(json);
        }
        var more = json.GetArrayLength() > EntriesShown ? ", ..." : "";
        return $"{{ {string.Join(", ", json.EnumerateArray().Take(EntriesShown).Select(Entry))}{more} }}";
    }

    private static string Entry(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 2
            ? $"{Of(json[0])} : {Of(json[1])}"
            : Of(json);
    }
}
