// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>What rules ask of IPv6's extension headers (nft(8), EXTENSION HEADER EXPRESSIONS), as far as the model knows it.</summary>
internal static class NftExtensionHeaders
{
    /// <summary>Whether a match is <c>exthdr frag exists</c>: on the header's presence, and not on a field of it.</summary>
    public static bool AsksForFragment(JsonElement match)
    {
        return match.TryGetProperty("left", out var left) && left.ValueKind == JsonValueKind.Object
            && left.TryGetProperty("exthdr", out var header) && NftJson.Unexpected(left, "exthdr") is null
            && header.ValueKind == JsonValueKind.Object && NftJson.Unexpected(header, "name") is null
            && NftKeys.Text(header, "name") == "frag"
            && match.TryGetProperty("right", out var right) && right.ValueKind == JsonValueKind.True;
    }
}
