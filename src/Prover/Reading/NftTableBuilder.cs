// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Collects the objects of one table in any order.</summary>
internal sealed class NftTableBuilder(string family, string name)
{
    // In the hooks of IP no packet of this machine has one (found by sending packets): such a rule never drops any.
    private const string FrameHeader = "whether the packet has a frame's header, for which the rule asks first and which nft need not "
        + "list (\"ether type ip ip daddr\")";

    private const string MergedNegations = "nft lists neighbouring != matches alike whether each or any must differ";

    private readonly NftSets _sets = new();
    private readonly List<JsonElement> _chains = [];
    private readonly Dictionary<string, List<JsonElement>> _rules = new(StringComparer.Ordinal);
    private readonly List<string> _obstacles = [];
    private string _flags = "";
    private bool _hasIngress;
    private bool _rejects;

    /// <summary>Adds an object.</summary>
    public void Add(string kind, JsonElement json)
    {
        Expect(kind, json);
        switch (kind)
        {
            case "table":
                _flags = json.TryGetProperty("flags", out var flags) ? flags.GetRawText() : "";
                break;
            case "chain":
                _chains.Add(json);
                break;
            case "rule":
                AddRule(json);
                break;
            case "set" or "map":
                _sets.Add(json);
                break;
            case "flowtable":
                _obstacles.Add($"flowtable {name} {NftKeys.Text(json, "name")}: its packets pass no forward or "
                    + "postrouting chain");
                break;
            case "counter" or "quota" or "limit" or "ct helper" or "ct timeout" or "ct expectation" or "secmark":
                break;
            default:
                _obstacles.Add($"an object of table {family} {name} that is not known: {kind}");
                break;
        }
    }

    // What a newer nft says of a table, chain or rule may change what it does.
    private void Expect(string kind, JsonElement json)
    {
        var unexpected = kind switch
        {
            "table" => NftJson.Unexpected(json, "family", "name", "handle", "flags", "comment"),
            "chain" => NftJson.Unexpected(json, "family", "table", "name", "handle", "type", "hook", "prio", "policy", "dev",
                "comment"),
            "rule" => NftJson.Unexpected(json, "family", "table", "chain", "handle", "index", "comment", "expr"),
            _ => null,
        };
        if (unexpected is not null)
        {
            _obstacles.Add($"a property of a {kind} of table {family} {name} that is not known: {unexpected}");
        }
    }

    // nft 1.0.6 prints a flag from memory that it has freed: "dorm", or the name of the table.
    private bool IsDormantByListing()
    {
        var isDormant = _flags.Contains("\"dorm", StringComparison.Ordinal);
        if (!isDormant && _flags.Length > 0 && !_flags.Contains("\"owner\"", StringComparison.Ordinal)
            && !_flags.Contains("\"persist\"", StringComparison.Ordinal))
        {
            _obstacles.Add($"table {family} {name} may be dormant: nft lists its flags as {_flags}");
        }
        return isDormant;
    }

    /// <summary>The table.</summary>
    public Table Build(NftTextFacts? text)
    {
        var isDormant = text?.IsDormant(family, name) ?? IsDormantByListing();
        var saved = text?.Xtables.Find(family, name, _rules.Select(chain => (chain.Key, chain.Value.Count)));
        var chains = _chains.Select(json => Chain(json, text, saved)).ToImmutableArray();
        var known = chains.Select(chain => chain.Name).ToHashSet(StringComparer.Ordinal);
        if (_rules.Keys.FirstOrDefault(chain => !known.Contains(chain)) is { } missing)
        {
            throw new UnreadableException($"rules of chain {missing}, which is not listed");
        }
        if (known.Count != chains.Length)
        {
            throw new UnreadableException($"table {name} lists a chain twice");
        }
        return new Table(Family(), name, isDormant, chains)
        {
            Obstacles = [.. _obstacles, .. isDormant ? [] : Answers()],
        };
    }

    // The answer to what is rejected at ingress or on a bridge is given to the device (net/netfilter/nft_reject_netdev.c,
    // net/bridge/netfilter/nft_reject_bridge.c).
    private IEnumerable<string> Answers()
    {
        return _rejects && (_hasIngress || family == "bridge")
            ? [$"a rule of table {family} {name} rejects frames: the answer leaves past every other rule"]
            : [];
    }

    private void AddRule(JsonElement json)
    {
        var chain = NftKeys.Text(json, "chain");
        if (!_rules.TryGetValue(chain, out var rules))
        {
            _rules[chain] = rules = [];
        }
        rules.Add(json);
        foreach (var statement in json.GetProperty("expr").EnumerateArray())
        {
            if (statement.ValueKind != JsonValueKind.Object)
            {
                continue;
            }
            var property = statement.EnumerateObject().FirstOrDefault();
            _rejects |= property.Name == "reject";
            if (property.Name is "set" or "map" && property.Value.TryGetProperty(property.Name, out var reference))
            {
                _sets.MarkChanging(reference.GetString() ?? "");
            }
            if (property.Name == "flow")
            {
                _obstacles.Add($"rule of {name} {chain} puts connections on the flowtable fast path");
            }
        }
    }

    private TableFamily Family() => family switch
    {
        "ip" => TableFamily.Ip,
        "ip6" => TableFamily.Ip6,
        "inet" => TableFamily.Inet,
        "arp" => TableFamily.Arp,
        "bridge" => TableFamily.Bridge,
        "netdev" => TableFamily.Netdev,
        _ => throw new UnreadableException($"family {family}"),
    };

    private Chain Chain(JsonElement json, NftTextFacts? text, SavedTable? saved)
    {
        var chain = NftKeys.Text(json, "name");
        var rules = _rules.GetValueOrDefault(chain, []).Select((rule, i) => Rule(rule, chain, i, text, saved));
        return new Chain(chain, Base(json, chain, text), [.. rules]);
    }

    private BaseChain? Base(JsonElement json, string chain, NftTextFacts? text)
    {
        if (!json.TryGetProperty("hook", out var hook))
        {
            return null;
        }
        var type = NftKeys.Text(json, "type") switch
        {
            "filter" => ChainType.Filter,
            "route" => ChainType.Route,
            "nat" => ChainType.Nat,
            var other => throw new UnreadableException($"chain type {other}"),
        };
        var accepts = !json.TryGetProperty("policy", out var policy) || !policy.ValueEquals("drop");
        var place = NftHooks.Parse(hook.GetString() ?? "");
        _hasIngress |= place == Hook.Ingress;
        return new BaseChain(type, place, json.GetProperty("prio").GetInt32(), accepts)
        {
            Devices = place is Hook.Egress or Hook.Ingress ? text?.Devices(family, name, chain) ?? Devices(json) : null,
            HasLaterDevices = text?.HasLaterDevices(family, name, chain) ?? false,
        };
    }

    // Newer versions of nft print the devices in JSON.
    private static ImmutableArray<InterfacePattern>? Devices(JsonElement json)
    {
        if (!json.TryGetProperty("dev", out var devices))
        {
            return null;
        }
        var names = devices.ValueKind == JsonValueKind.Array
            ? devices.EnumerateArray().Select(device => device.GetString() ?? "").ToImmutableArray()
            : [devices.GetString() ?? ""];
        return [.. names.Select(NftTextFacts.Device)];
    }

    private Rule Rule(JsonElement json, string chain, int index, NftTextFacts? text, SavedTable? saved)
    {
        var handle = json.TryGetProperty("handle", out var listed) && listed.TryGetInt64(out var number) ? number : -1;
        var bytecode = text?.Bytecode(family, name, chain, handle);
        var expressions = json.GetProperty("expr").EnumerateArray().ToList();
        var context = new NftContext(
            IsIp4Sure: family == "ip" || bytecode?.Checks(IpFamily.Ip4) == true,
            IsIp6Sure: family == "ip6" || bytecode?.Checks(IpFamily.Ip6) == true,
            Transport(bytecode, json.GetProperty("expr")),
            HasLinkHeader: family is "netdev" or "bridge",
            text?.CgroupLevel(family, name, chain, handle));
        var other = saved?.Rules[chain][index];
        var extensions = other is null ? null : Extensions(expressions, other.Words);
        var statements = new NftStatements(new NftMatches(_sets, context), extensions);
        var label = string.Create(CultureInfo.InvariantCulture, $"{family} {name} {chain} #{index + 1}");
        RuleStep[] elided = bytecode is { LoadsDeviceType: true } ? [new UnknownStep(FrameHeader)] : [];
        var steps = expressions.SelectMany((expression, i) => IsMerged(expressions, i)
            ? [new UnknownStep($"{MergedNegations}: {NftRuleText.Of(expressions)}")]
            : statements.Read(expression));
        return new Rule(label, extensions is null ? NftRuleText.Of(expressions) : other!.Rule.Text, [.. elided, .. steps]);
    }

    // In a table of IPv6 nft 1.0.6 elides "ip6 nexthdr udp" before "udp dport", as it does "meta l4proto udp".
    private TransportCheck Transport(NftBytecode? bytecode, JsonElement rule)
    {
        if (family == "ip" || bytecode is null)
        {
            return family == "ip6" ? TransportCheck.Unlisted : TransportCheck.Protocol;
        }
        var listed = NextHeaderReads(rule);
        return bytecode.NextHeaderLoads <= listed ? TransportCheck.Protocol
            : bytecode.LoadsProtocol || listed > 0 ? TransportCheck.Unclear
            : TransportCheck.NextHeader;
    }

    // IPv4's fragment offset is in the same place, and raw reads of the network header may be.
    private static int NextHeaderReads(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().Sum(NextHeaderReads),
        JsonValueKind.Object => json.EnumerateObject().Sum(property => NextHeaderReads(property.Value)
            + (property.Value.ValueKind == JsonValueKind.String
                && (property.Name, property.Value.GetString()) is ("field", "nexthdr" or "frag-off") or ("base", "nh") ? 1 : 0)),
        _ => 0,
    };

    private XtablesExtensions? Extensions(List<JsonElement> expressions, List<IptablesToken> words)
    {
        var own = expressions.FindAll(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("xt", out _));
        if (own.Count == 0 || IptablesRuleParser.Parse(words) is not { } rule)
        {
            return null;
        }
        List<string> names = [.. own.Select(e => e.GetProperty("xt")).Where(IsMatch).Select(xt => NftKeys.Text(xt, "name"))];
        // iptables shows an expression of nft's own and an extension together where both are of one protocol.
        var isMixed = expressions.Except(own).Select(e => e.GetRawText())
            .Any(text => text.Contains("\"payload\"", StringComparison.Ordinal)
                && names.Exists(name => text.Contains($"\"{name}\"", StringComparison.Ordinal)));
        return isMixed ? null : new XtablesExtensions(family == "ip" ? IpFamily.Ip4 : IpFamily.Ip6, names, rule);
    }

    private static bool IsMatch(JsonElement xt)
    {
        return xt.ValueKind == JsonValueKind.Object && xt.TryGetProperty("type", out var type)
            && type.ValueKind == JsonValueKind.String && type.ValueEquals("match");
    }

    // nft 1.0.6 merges neighbouring header fields into one comparison, negated ones too, and lists the result as if each
    // field had to differ, although one that differs is enough (found by sending packets).
    private static bool IsMerged(List<JsonElement> expressions, int index)
    {
        return NegatedHeader(expressions, index) is { } own
            && (own == NegatedHeader(expressions, index - 1) || own == NegatedHeader(expressions, index + 1));
    }

    private static string? NegatedHeader(List<JsonElement> expressions, int index)
    {
        return index >= 0 && index < expressions.Count && expressions[index].ValueKind == JsonValueKind.Object
            && expressions[index].TryGetProperty("match", out var match)
            && match.TryGetProperty("op", out var op) && op.ValueEquals("!=")
            && match.TryGetProperty("left", out var left) && left.ValueKind == JsonValueKind.Object
            && left.TryGetProperty("payload", out var payload) && payload.TryGetProperty("protocol", out var protocol)
            ? protocol.GetString()
            : null;
    }
}
