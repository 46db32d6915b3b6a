// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.ProverScale;

/// <summary>A ruleset of <see cref="Families"/> as <c>nft -j -n list ruleset</c> prints it, on one line.</summary>
internal static class NftListing
{
    /// <summary>The listing, with the other family closed.</summary>
    public static string Of(Ruleset ruleset)
    {
        var chain = ruleset.Tables[0].Chains[0];
        var text = new StringBuilder("{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\", \"json_schema_version\": 1}}");
        foreach (var family in new[] { "ip", "ip6" })
        {
            var policy = family == "ip" && chain.Base!.AcceptsByDefault ? "accept" : "drop";
            Add(text, $"{{\"table\": {{\"family\": \"{family}\", \"name\": \"wall\", \"handle\": 1}}}}");
            AddChain(text, family, "output", policy);
            AddChain(text, family, "forward", "drop");
        }
        for (var index = 0; index < chain.Rules.Length; index++)
        {
            var handle = (index + 10).ToString(CultureInfo.InvariantCulture);
            var steps = string.Join(", ", chain.Rules[index].Steps.Select(Words));
            Add(text, "{\"rule\": {\"family\": \"ip\", \"table\": \"wall\", \"chain\": \"output\", \"handle\": " + handle
                + ", \"expr\": [" + steps + "]}}");
        }
        return text.Append("]}\n").ToString();
    }

    private static void AddChain(StringBuilder text, string family, string name, string policy)
    {
        Add(text, $"{{\"chain\": {{\"family\": \"{family}\", \"table\": \"wall\", \"name\": \"{name}\", \"handle\": 2, "
            + $"\"type\": \"filter\", \"hook\": \"{name}\", \"prio\": 0, \"policy\": \"{policy}\"}}}}");
    }

    private static void Add(StringBuilder text, string item) => text.Append(", ").Append(item);

    private static string Words(RuleStep step) => step switch
    {
        VerdictStep verdict => verdict.Kind == VerdictKind.Accept ? "{\"accept\": null}" : "{\"drop\": null}",
        MatchStep { Keys: [InterfaceKey], Elements: [{ Parts: [NameValues names] }] } =>
            Match("{\"meta\": {\"key\": \"oifname\"}}", $"\"{names.Names[0].Stem}\""),
        MatchStep { Keys: [FieldKey { Field: Field.Destination }], Elements: [{ Parts: [NumberValues values] }] } =>
            Match("{\"payload\": {\"protocol\": \"ip\", \"field\": \"daddr\"}}", OneOrSet(values.Ranges.Select(Addresses))),
        MatchStep { Elements: [{ Parts: [NumberValues values] }] } =>
            Match("{\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}", OneOrSet(values.Ranges.Select(Ports))),
        _ => throw new NotSupportedException(step.ToString()),
    };

    private static string Match(string left, string right)
    {
        return "{\"match\": {\"op\": \"==\", \"left\": " + left + ", \"right\": " + right + "}}";
    }

    private static string OneOrSet(IEnumerable<string> values)
    {
        var all = values.ToList();
        return all.Count == 1 ? all[0] : "{\"set\": [" + string.Join(", ", all) + "]}";
    }

    private static string Addresses(ValueRange range)
    {
        var address = AddressRanges.ToAddress(range.Low, IpFamily.Ip4);
        var length = 32 - (int)UInt128.Log2(range.High - range.Low + 1);
        return length == 32
            ? $"\"{address}\""
            : string.Create(CultureInfo.InvariantCulture, $"{{\"prefix\": {{\"addr\": \"{address}\", \"len\": {length}}}}}");
    }

    private static string Ports(ValueRange range)
    {
        return range.Low == range.High
            ? range.Low.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{{\"range\": [{range.Low}, {range.High}]}}");
    }
}
