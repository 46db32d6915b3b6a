// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>A listing as a program printed it.</summary>
/// <param name="Source">The file or command.</param>
/// <param name="Content">The bytes.</param>
public sealed record RulesetListing(string Source, ReadOnlyMemory<byte> Content);

/// <summary>Reads listings of rules, whoever printed them, and puts them together.</summary>
public static class RulesetReader
{
    /// <summary>The largest listing that is read: 50,000 rules make 20 MB.</summary>
    public const int MaximumSize = 256 * 1024 * 1024;

    /// <summary>
    /// Reads files: <c>nft -j -n list ruleset</c>, <c>nft list ruleset</c> or <c>nft --debug=netlink list ruleset</c>
    /// (which add what the JSON omits), <c>iptables-save</c>, <c>ip6tables-save</c>. What was not given is not covered.
    /// </summary>
    /// <exception cref="RulesetFormatException">A file is no listing, or cut off.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static LoadedRuleset FromFiles(IEnumerable<string> paths)
    {
        var listings = paths.Select(path => new FileInfo(path).Length <= MaximumSize
            ? new RulesetListing(path, File.ReadAllBytes(path))
            : throw new RulesetFormatException(path, 0, $"larger than {MaximumSize} bytes")).ToList();
        return FromListings(listings);
    }

    /// <summary>Reads listings.</summary>
    /// <exception cref="RulesetFormatException">One is no listing, or cut off.</exception>
    public static LoadedRuleset FromListings(IReadOnlyList<RulesetListing> listings) => FromListings(listings, [], []);

    /// <summary>Reads listings, with what the kernel itself says of tables and of the devices of chains.</summary>
    /// <exception cref="RulesetFormatException">One is no listing, or cut off.</exception>
    internal static LoadedRuleset FromListings(
        IReadOnlyList<RulesetListing> listings, IReadOnlyList<TableState> tables, IReadOnlyList<HookDevices> devices)
    {
        var sorted = listings.Select(listing => (Listing: listing, Kind: KindOf(listing))).ToList();
        var texts = sorted.Where(item => item.Kind == ListingKind.NftText).Select(item => item.Listing).ToList();
        var facts = new NftTextFacts();
        texts.ForEach(listing => facts.Add(Text(listing)));
        foreach (var table in tables)
        {
            facts.Add(table);
        }
        foreach (var chain in devices)
        {
            facts.Add(chain);
        }
        var json = sorted.Where(item => item.Kind == ListingKind.NftJson).Select(item => item.Listing).ToList();
        if (json.Count == 0 && texts.Count > 0)
        {
            throw new RulesetFormatException(texts[0].Source, 0,
                "nft's text only completes its JSON: give the output of nft -j -n list ruleset too");
        }
        var saved = sorted.Where(item => item.Kind is ListingKind.Iptables or ListingKind.Ip6tables)
            .SelectMany(item => new IptablesSaveReader(item.Listing.Source, FamilyOf(item.Kind))
                .Read(Text(item.Listing))).ToList();
        saved.FindAll(table => table.IsNft).ForEach(facts.Xtables.Add);
        var nft = json.SelectMany(l => NftJsonReader.Read(l.Content.Span, l.Source, facts)).ToList();
        return new LoadedRuleset(new Ruleset(Merge(nft, saved, json.Count > 0)))
        {
            Origin = string.Join(", ", listings.Select(listing => listing.Source)),
            LacksBytecode = !facts.HasBytecode && nft.Exists(table => table.Chains.Any(chain => !chain.Rules.IsEmpty)),
            CoversIp4 = json.Count > 0 || sorted.Exists(item => item.Kind == ListingKind.Iptables),
            CoversIp6 = json.Count > 0 || sorted.Exists(item => item.Kind == ListingKind.Ip6tables),
        };
    }

    private enum ListingKind
    {
        NftJson,
        NftText,
        Iptables,
        Ip6tables,
    }

    private static IpFamily FamilyOf(ListingKind kind)
    {
        return kind == ListingKind.Iptables ? IpFamily.Ip4 : IpFamily.Ip6;
    }

    // nft lists the tables of iptables-nft too, and iptables-nft-save only completes them.
    private static ImmutableArray<Table> Merge(List<Table> nft, List<SavedTable> saved, bool hasNft)
    {
        var added = saved.Where(table => !table.IsNft || !hasNft)
            .Select(table => table.IsNft ? table.Table with { Obstacles = [.. table.Table.Obstacles, Partial(table)] } : table.Table);
        return [.. nft, .. added];
    }

    private static string Partial(SavedTable table)
    {
        return $"iptables-save of nf_tables lists table {table.Table.Name} without what other programs added to it, or whether it is "
            + "dormant: give the output of nft -j -n list ruleset too";
    }

    private static ListingKind KindOf(RulesetListing listing)
    {
        var head = Encoding.UTF8.GetString(listing.Content.Span[..Math.Min(listing.Content.Length, 4096)]);
        var first = head.TrimStart();
        if (first.StartsWith('{'))
        {
            return ListingKind.NftJson;
        }
        // iptables-save, iptables-nft-save, iptables-legacy-save: it calls itself as it was called.
        var writer = GeneratedBy(head);
        if (writer.StartsWith("ip6tables", StringComparison.Ordinal))
        {
            return ListingKind.Ip6tables;
        }
        if (writer.StartsWith("iptables", StringComparison.Ordinal))
        {
            return ListingKind.Iptables;
        }
        if (first.StartsWith('*'))
        {
            throw new RulesetFormatException(listing.Source, 1,
                "the line \"# Generated by iptables-save\" (or ip6tables-save) is missing, which tells the IP version");
        }
        return first.StartsWith("table ", StringComparison.Ordinal) || first.StartsWith('#') || IsBytecode(head)
            ? ListingKind.NftText
            : throw new RulesetFormatException(listing.Source, 1,
                "neither nft -j -n list ruleset, nor nft's text, nor iptables-save, nor ip6tables-save");
    }

    private static string GeneratedBy(string head)
    {
        const string words = "# Generated by ";
        var line = head.Split('\n').FirstOrDefault(line => line.StartsWith(words, StringComparison.Ordinal));
        return line?[words.Length..] ?? "";
    }

    private static bool IsBytecode(string head)
    {
        return head.StartsWith("ip ", StringComparison.Ordinal) || head.StartsWith("ip6 ", StringComparison.Ordinal)
            || head.StartsWith("inet ", StringComparison.Ordinal) || head.StartsWith("netdev ", StringComparison.Ordinal)
            || head.StartsWith("bridge ", StringComparison.Ordinal) || head.StartsWith("arp ", StringComparison.Ordinal);
    }

    private static string Text(RulesetListing listing) => Encoding.UTF8.GetString(listing.Content.Span);
}
