// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>A rule in nft's language as far as it goes, for people; what is uncommon stays JSON.</summary>
internal static class NftRuleText
{
    private const int MaximumLength = 200;

    /// <summary>The rule's words.</summary>
    public static string Of(IReadOnlyList<JsonElement> expressions)
    {
        var text = new StringBuilder();
        foreach (var expression in expressions)
        {
            var part = Statement(expression);
            text.Append(text.Length > 0 && part.Length > 0 ? " " : "").Append(part);
        }
        return text.Length <= MaximumLength ? text.ToString() : text.ToString(0, MaximumLength - 3) + "...";
    }

    private static string Statement(JsonElement json)
    {
        var property = json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().FirstOrDefault() : default;
        return property.Name switch
        {
            null => json.GetRawText(),
            "counter" => "",
            "match" => Match(property.Value),
            "jump" or "goto" => $"{property.Name} {Value(property.Value.GetProperty("target"))}",
            "mangle" => $"{Value(property.Value.GetProperty("key"))} set {Value(property.Value.GetProperty("value"))}",
            "vmap" => $"{Value(property.Value.GetProperty("key"))} vmap {Value(property.Value.GetProperty("data"))}",
            _ when property.Value.ValueKind == JsonValueKind.Null => property.Name,
            "reject" or "log" or "limit" or "masquerade" => property.Name,
            _ => NftMatches.Shortened(json),
        };
    }

    private static string Match(JsonElement json)
    {
        var op = json.GetProperty("op").GetString();
        var middle = op is "==" or "in" ? " " : $" {op} ";
        return Value(json.GetProperty("left")) + middle + Value(json.GetProperty("right"));
    }

    private static string Value(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            return string.Join(",", json.EnumerateArray().Select(Value));
        }
        if (json.ValueKind != JsonValueKind.Object)
        {
            return json.ToString();
        }
        var property = json.EnumerateObject().FirstOrDefault();
        var body = property.Value;
        return property.Name switch
        {
            "meta" or "ct" => $"{property.Name} {Part(body, "key")}",
            "payload" when body.TryGetProperty("field", out _) => $"{Part(body, "protocol")} {Part(body, "field")}",
            "prefix" => $"{Part(body, "addr")}/{Part(body, "len")}",
            "range" => $"{Value(body[0])}-{Value(body[1])}",
            "set" when body.ValueKind == JsonValueKind.Array =>
                $"{{ {string.Join(", ", body.EnumerateArray().Take(8).Select(Entry))} }}",
            "concat" => string.Join(" . ", body.EnumerateArray().Select(Value)),
            "&" or "|" or "^" => $"{Value(body[0])} {property.Name} {Value(body[1])}",
            "jump" or "goto" => $"{property.Name} {Part(body, "target")}",
            _ when body.ValueKind == JsonValueKind.Null => property.Name ?? "",
            _ => NftMatches.Shortened(json),
        };
    }

    private static string Entry(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 2
            ? $"{Value(json[0])} : {Value(json[1])}"
            : Value(json);
    }

    private static string Part(JsonElement json, string name)
    {
        return json.TryGetProperty(name, out var value) ? Value(value) : "?";
    }
}
