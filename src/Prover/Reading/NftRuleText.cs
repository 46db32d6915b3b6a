// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>
/// A rule in nft's own language, for people: libnftables-json(5) turned back into what nft(8) has for it. A statement
/// that neither of them knows stays JSON.
/// </summary>
internal static class NftRuleText
{
    private const int MaximumLength = 200;

    /// <summary>The rule's words; without its counters, and not longer than two lines of a terminal.</summary>
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
        if (json.ValueKind != JsonValueKind.Object || !json.EnumerateObject().Any())
        {
            return json.GetRawText();
        }
        var property = json.EnumerateObject().First();
        var body = property.Value;
        return property.Name switch
        {
            "counter" => body.ValueKind == JsonValueKind.Object && body.TryGetProperty("map", out _)
                ? $"counter name {NftValueText.Of(body)}"
                : "",
            _ when body.ValueKind == JsonValueKind.Null => property.Name,
            // A limit or quota with a name of its own (nft(8), "STATEFUL OBJECTS").
            _ when body.ValueKind == JsonValueKind.String => $"{property.Name} name {body.GetString()}",
            "match" => Match(body),
            "jump" or "goto" => $"{property.Name} {Part(body, "target")}",
            "mangle" => $"{Part(body, "key")} set {Part(body, "value")}",
            "vmap" => $"{Part(body, "key")} vmap {Part(body, "data")}",
            "dnat" or "snat" or "masquerade" or "redirect" or "tproxy" => Translation(property.Name, body),
            "set" => $"{Part(body, "op")} {Part(body, "set")} {{ {Part(body, "elem")} }}",
            "reject" => "reject with " + string.Join(' ', Parts(body, "type", "expr")),
            "limit" => $"limit rate {Over(body)}{string.Join(' ', Parts(body, "rate", "rate_unit"))}/{Part(body, "per")}",
            "quota" => $"quota {Over(body)}{string.Join(' ', Parts(body, "val", "val_unit"))}",
            "ct count" => $"ct count {Over(body)}{Part(body, "val")}",
            "ct helper" or "ct timeout" or "ct expectation" => $"{property.Name} set {NftValueText.Of(body)}",
            "log" => body.TryGetProperty("prefix", out var prefix) ? $"log prefix \"{prefix}\"" : "log",
            "flow" => $"flow {Part(body, "op")} {Part(body, "flowtable")}",
            "dup" or "fwd" => $"{property.Name} to {string.Join(" device ", Parts(body, "addr", "dev"))}",
            "queue" => string.Join(" to ", Parts(body, "num").Prepend("queue")),
            _ => NftMatches.Shortened(json),
        };
    }

    private static string Match(JsonElement json)
    {
        var op = json.GetProperty("op").GetString();
        var middle = op is "==" or "in" ? " " : $" {op} ";
        return Part(json, "left") + middle + Part(json, "right");
    }

    private static string Translation(string kind, JsonElement body)
    {
        var address = body.TryGetProperty("addr", out var to) ? NftValueText.Of(to) : "";
        var port = body.TryGetProperty("port", out var number) ? ":" + NftValueText.Of(number) : "";
        var bracketed = port.Length > 0 && address.Contains(':') ? $"[{address}]" : address;
        var target = bracketed + port;
        return string.Join(' ', Parts(body, "flags").Prepend(target.Length > 0 ? $"{kind} to {target}" : kind));
    }

    /// <summary>A limit that is inverted matches what exceeds it.</summary>
    private static string Over(JsonElement json)
    {
        return json.TryGetProperty("inv", out var inverted) && inverted.ValueKind == JsonValueKind.True ? "over " : "";
    }

    private static string Part(JsonElement json, string name) => NftValueText.Part(json, name);

    private static IEnumerable<string> Parts(JsonElement json, params string[] names) => NftValueText.Parts(json, names);
}
