// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the statements of a rule (libnftables-json(5), STATEMENTS).</summary>
/// <param name="matches">Reads what is compared.</param>
/// <param name="xtables">What another listing says of the rule's xtables extensions; null: nothing.</param>
internal sealed class NftStatements(NftMatches matches, XtablesExtensions? xtables)
{
    private readonly NftExpressions _expressions = new(matches);

    /// <summary>The steps of one statement. What is not known at all is opaque: it may do anything.</summary>
    public IEnumerable<RuleStep> Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() is "notrack")
        {
            return [new NotrackStep()];
        }
        try
        {
            return [.. ReadObject(json)];
        }
        catch (Exception e) when (e is UnreadableException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return [new OpaqueStep($"{e.Message} in {NftMatches.Shortened(json)}")];
        }
    }

    private IEnumerable<RuleStep> ReadObject(JsonElement json)
    {
        var property = NftJson.Single(json);
        return NftVerdicts.TryRead(property.Name, property.Value) is { } verdict
            ? [verdict]
            : Read(property.Name, property.Value, json);
    }

    private IEnumerable<RuleStep> Read(string name, JsonElement value, JsonElement whole)
    {
        switch (name)
        {
            case "match":
                return matches.Match(value);
            case "vmap":
                return matches.VerdictMap(value);
            case "log" or "last":
                return [];
            case "counter" or "ct helper" or "ct timeout" or "ct expectation" or "secmark":
                return Object(value);
            case "limit" or "quota" or "ct count" or "set" or "map" or "meter" or "connlimit":
                return [new UnknownStep(NftMatches.Shortened(whole))];
            case "reject":
                return Reject(value);
            case "mangle":
                return Mangle(value, whole);
            case "masquerade" or "snat" or "dnat" or "redirect":
                return NftTranslations.Read(name, value);
            case "notrack":
                return [new NotrackStep()];
            case "xt":
                return Xtables(value);
            default:
                return [new OpaqueStep(NftMatches.Shortened(whole))];
        }
    }

    // Named objects change nothing that rules of this model read. One that a map chooses ends the rule where the map has
    // none (net/netfilter/nft_objref.c, nft_objref_map_eval).
    private IEnumerable<RuleStep> Object(JsonElement value)
    {
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("map", out var map) ? matches.Lookup(map) : [];
    }

    // A reject of one protocol implies the condition on it, which the listing omits.
    private IEnumerable<RuleStep> Reject(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Null)
        {
            NftJson.Only(value, "type", "expr");
        }
        var type = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var t)
            ? t.GetString()
            : "";
        IReadOnlyList<RuleStep> conditions = type switch
        {
            "icmp" => [new FamilyStep(IpFamily.Ip4)],
            "icmpv6" => [new FamilyStep(IpFamily.Ip6)],
            "tcp reset" => matches.Context.Protocol(6),
            "icmpx" or "" => [],
            _ => [new UnknownStep($"reject with {type}")],
        };
        return [.. conditions, new VerdictStep(VerdictKind.Drop)];
    }

    private IEnumerable<RuleStep> Mangle(JsonElement value, JsonElement whole)
    {
        NftJson.Only(value, "key", "value");
        var key = NftJson.Single(value.GetProperty("key"));
        var name = key.Value.TryGetProperty("key", out var k) && NftJson.Unexpected(key.Value, "key") is null ? k.GetString() : "";
        switch (key.Name, name)
        {
            case ("meta", "mark"):
                return _expressions.Assign(Field.Mark, value.GetProperty("value"));
            case ("ct", "mark"):
                return _expressions.Assign(Field.ConnectionMark, value.GetProperty("value"));
            case ("meta", "priority" or "nftrace" or "secmark" or "pkttype"):
            case ("ct", "label" or "helper" or "event" or "secmark"):
                // They change nothing that rules of this model read; setting them may fail, which ends the rule.
                return [new UnknownStep(NftMatches.Shortened(whole))];
            case ("payload", _) when IsTrafficClass(key.Value):
                var words = NftMatches.Shortened(whole);
                return [new RewriteStep(words), new AssignStep(Field.TrafficClass, new UnknownExpression(words))];
            case ("payload", _) when IsHarmless(key.Value):
            case ("tcp option", _):
                return [new RewriteStep(NftMatches.Shortened(whole))];
            default:
                return [new OpaqueStep(NftMatches.Shortened(whole))];
        }
    }

    private static bool IsTrafficClass(JsonElement payload)
    {
        return HeaderField(payload) is "dscp" or "ecn" && NftKeys.Text(payload, "protocol") is "ip" or "ip6";
    }

    // The checksums of ICMP and IGMP are where other protocols have a port.
    private static bool IsHarmless(JsonElement payload)
    {
        return HeaderField(payload) is "id" or "flowlabel" or "window"
            || HeaderField(payload) == "checksum" && NftKeys.Text(payload, "protocol") is "ip" or "tcp" or "udp" or "udplite";
    }

    // Null where bytes are written by their place in the packet.
    private static string? HeaderField(JsonElement payload)
    {
        return NftJson.Unexpected(payload, "protocol", "field") is null && payload.TryGetProperty("field", out var field)
            ? field.GetString()
            : null;
    }

    // nft prints no parameters of xtables extensions: only what needs none is known from its listing.
    private IEnumerable<RuleStep> Xtables(JsonElement value)
    {
        NftJson.Only(value, "type", "name");
        var (type, name) = (NftKeys.Text(value, "type"), NftKeys.Text(value, "name"));
        return type switch
        {
            "match" when xtables?.Match(name) is { } steps => steps,
            "target" when xtables?.Target(name) is { } steps => steps,
            _ => WithoutParameters(type, name),
        };
    }

    private static IEnumerable<RuleStep> WithoutParameters(string type, string name) => (type, name) switch
    {
        ("match", "comment") => [],
        ("match", "socket") => IptablesModules.SocketMark("the xtables match socket, whose parameters nft does not list"),
        ("match", _) => [new UnknownStep($"the xtables match {name}, whose parameters nft does not list")],
        ("target", "LOG" or "NFLOG" or "TRACE" or "AUDIT") => [],
        ("target", "REJECT") => [new VerdictStep(VerdictKind.Drop)],
        ("target", "MARK") => [new AssignStep(Field.Mark, new UnknownExpression("the xtables target MARK"))],
        ("target", "MASQUERADE" or "SNAT") => [new TranslateStep(false, null, null, KeepsPort: false)],
        ("target", "DNAT" or "REDIRECT") => [new TranslateStep(true, null, null, KeepsPort: false)],
        _ => [new OpaqueStep($"the xtables target {name}, whose parameters nft does not list")],
    };
}
