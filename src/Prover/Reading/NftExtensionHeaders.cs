// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>What rules ask of IPv6's extension headers (nft(8), EXTENSION HEADER EXPRESSIONS), as far as the model knows it.</summary>
internal static class NftExtensionHeaders
{
    /// <summary>The steps of a match that asks for the fragment header; null: it asks for something else.</summary>
    /// <param name="op">The match's operator.</param>
    /// <param name="match">The match.</param>
    /// <param name="words">The match's words.</param>
    public static RuleStep[]? Fragment(string op, JsonElement match, string words)
    {
        return (op, Asked(match), Right(match)) switch
        {
            ("==", "", "true") => [new FragmentHeaderStep($"whether there is a fragment header: {words}")],
            // Of two such headers the first is read, and it is the last that makes a later fragment.
            ("!=", "frag-off", "0") =>
            [
                new FamilyStep(IpFamily.Ip6),
                MatchStep.Of(FieldKey.FragmentPlace, [ValueRange.Exactly(0)], negated: true),
                new UnknownStep($"whether the first fragment header has the offset: {words}"),
            ],
            _ => null,
        };
    }

    // The field that is asked for; empty: whether there is a header at all.
    private static string? Asked(JsonElement match)
    {
        return match.TryGetProperty("left", out var left) && left.ValueKind == JsonValueKind.Object
            && left.TryGetProperty("exthdr", out var header) && NftJson.Unexpected(left, "exthdr") is null
            && header.ValueKind == JsonValueKind.Object && NftJson.Unexpected(header, "name", "field") is null
            && NftKeys.Text(header, "name") == "frag"
            ? header.TryGetProperty("field", out _) ? NftKeys.Text(header, "field") : ""
            : null;
    }

    private static string Right(JsonElement match) => match.TryGetProperty("right", out var right) ? right.GetRawText() : "";
}
