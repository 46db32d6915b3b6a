// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads address translations.</summary>
internal static class NftTranslations
{
    /// <summary>The steps of <c>snat</c>, <c>dnat</c>, <c>masquerade</c> or <c>redirect</c>.</summary>
    /// <exception cref="UnreadableException">The model does not know all of it.</exception>
    public static IEnumerable<RuleStep> Read(string name, JsonElement value)
    {
        var isDestination = name is "dnat" or "redirect";
        var has = value.ValueKind == JsonValueKind.Object;
        if (value.ValueKind != JsonValueKind.Null)
        {
            NftJson.Only(value, "family", "addr", "port", "flags", "type_flags");
        }
        var port = has && value.TryGetProperty("port", out var p) ? p : default;
        var isPortKnown = port.ValueKind == JsonValueKind.Number && port.TryGetUInt16(out _);
        // A map that has no entry for a packet ends the rule; its values may be ports, too.
        var isComputed = IsComputed(value, "addr") || IsComputed(value, "port");
        var hasFlags = has && NftJson.Unexpected(value, "family", "addr", "port") is not null;
        var translate = new TranslateStep(
            isDestination,
            name is "snat" or "dnat" && has && value.TryGetProperty("addr", out var a) ? Address(a) : null,
            isPortKnown ? port.GetUInt16() : null,
            KeepsPort: isDestination && port.ValueKind == JsonValueKind.Undefined && !isComputed && !hasFlags)
        {
            ToThisMachine = name == "redirect",
        };
        RuleStep[] condition = Family(has ? value : default) is { } family ? [new FamilyStep(family)] : [];
        RuleStep[] lookup = isComputed ? [new UnknownStep(NftMatches.Shortened(value))] : [];
        return [.. condition, .. lookup, translate];
    }

    private static bool IsComputed(JsonElement value, string name)
    {
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var part)
            && part.ValueKind == JsonValueKind.Object && NftJson.Unexpected(part, "range", "prefix") is not null;
    }

    private static IpFamily? Family(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        if (value.TryGetProperty("family", out var family))
        {
            return family.ValueEquals("ip") ? IpFamily.Ip4 : family.ValueEquals("ip6") ? IpFamily.Ip6 : null;
        }
        return value.TryGetProperty("addr", out var address) && address.ValueKind == JsonValueKind.String
            && IPAddress.TryParse(address.GetString(), out var parsed)
            ? AddressRanges.FamilyOf(parsed)
            : null;
    }

    private static UInt128? Address(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.String && IPAddress.TryParse(json.GetString(), out var address)
            ? AddressRanges.ToNumber(address)
            : null;
    }
}
