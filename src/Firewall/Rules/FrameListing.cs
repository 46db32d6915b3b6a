// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace LeakVerifier.Firewall.Rules;

/// <summary>Reads nft's listing of the second wall's table.</summary>
public static partial class FrameListing
{
    private const string Target = "icmpv6 type \\{ nd-neighbor-solicit, nd-neighbor-advert \\} "
        + "(@th,64,128 0x[0-9a-f]+|icmpv6 taddr [0-9a-f:.]+)";

    /// <summary>The names of the interfaces whose frames the table's base chains see.</summary>
    public static ImmutableArray<string> Interfaces(string listing)
    {
        return [.. Devices().Matches(listing).SelectMany(match => Names(match.Groups["names"].Value))];
    }

    /// <summary>
    /// The listing without what is a fact of the machine: its interfaces and the tunnel's addresses. Of the chain of those
    /// only what refuses an address is taken away, so that any other rule of it is a difference; of further base chains, for
    /// more interfaces than one takes, only what is like the first.
    /// </summary>
    public static string Comparable(string listing)
    {
        var bare = Devices().Replace(listing, SecondWall.DevicesOf([]));
        var first = BaseChains().Matches(bare).FirstOrDefault(chain => chain.Groups["number"].Length == 0)?.Groups["body"].Value;
        bare = BaseChains().Replace(bare, chain =>
            chain.Groups["number"].Length > 0 && chain.Groups["body"].Value == first ? "" : chain.Value);
        return TunnelNames().Replace(bare, chain => chain.Groups["opening"].Value
            + string.Concat(chain.Groups["rule"].Captures.Select(rule => rule.Value).Where(rule => !TunnelName().IsMatch(rule)))
            + chain.Groups["closing"].Value);
    }

    /// <summary>The listing as nft takes it again: its names in quotation marks, or a comma in one would make it two.</summary>
    public static string Loadable(string listing)
    {
        return Devices().Replace(listing, match => SecondWall.DevicesOf(Names(match.Groups["names"].Value)));
    }

    /// <summary>Names as nft lists them, with quotation marks or without. A name has no blank, but it may have a comma.</summary>
    private static IEnumerable<string> Names(string list)
    {
        var words = list.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words
            .Select((word, index) => index < words.Length - 1 && word.EndsWith(',') ? word[..^1] : word)
            .Select(word => word is ['"', .. var name, '"'] ? name : word);
    }

    [GeneratedRegex("""devices? (= \{(?<names>.*?) \}|(?<names>\S+))(?= priority )""")]
    private static partial Regex Devices();

    [GeneratedRegex("\n\tchain " + SecondWall.BaseName + "(?<number>[0-9]*) (?<body>\\{\n(\t\t[^\n]*\n)*\t\\}\n)")]
    private static partial Regex BaseChains();

    [GeneratedRegex("(?<opening>\tchain " + TunnelNamesChain.Name + " \\{\n)(?<rule>\t\t[^\n]*\n)*(?<closing>\t\\}\n)")]
    private static partial Regex TunnelNames();

    /// <summary>The rules of <see cref="TunnelNamesChain"/>, also where nft has a name for the target of a solicitation.</summary>
    [GeneratedRegex("^\t\t(arp [sd]addr ip [0-9.]+|ip saddr [0-9.]+|ip6 saddr [0-9a-f:.]+|" + Target + ") counter drop\n$")]
    private static partial Regex TunnelName();
}
