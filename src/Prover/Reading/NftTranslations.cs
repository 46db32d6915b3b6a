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
    public static IEnumerable<RuleStep> Read(string name, JsonElement value)
    {
        var isDestination = name is "dnat" or "redirect";
        var has = value.ValueKind == JsonValueKind.Object;
        var port = has && value.TryGetProperty("port", out var p) ? p : default;
        var isPortKnown = port.ValueKind == JsonValueKind.Number && port.TryGetUInt16(out _);
        var translate = new TranslateStep(
            isDestination,
            name is "snat" or "dnat" && has && value.TryGetProperty("addr", out var a) ? Address(a) : null,
            isPortKnown ? port.GetUInt16() : null,
            KeepsPort: isDestination && port.ValueKind == JsonValueKind.Undefined)
        {
            ToThisMachine = name == "redirect",
        };
        return Family(has ? value : default) is { } family ? [new FamilyStep(family), translate] : [translate];
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
