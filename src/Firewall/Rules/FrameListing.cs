// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace LeakVerifier.Firewall.Rules;

/// <summary>Reads nft's listing of the second wall's table.</summary>
public static partial class FrameListing
{
    /// <summary>The names of the interfaces whose frames the table's base chain sees.</summary>
    public static ImmutableArray<string> Interfaces(string listing)
    {
        var list = Devices().Match(listing).Groups["names"].Value;
        return [.. list.Split([',', ' ', '"'], StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>The listing without what is a fact of the machine: its interfaces and the tunnel's addresses.</summary>
    public static string Comparable(string listing)
    {
        return TunnelNames().Replace(Devices().Replace(listing, SecondWall.DevicesOf([])), "${opening}${closing}");
    }

    [GeneratedRegex("""devices? (= \{ ?(?<names>[^}]*)\}|(?<names>"[^"]*"))""")]
    private static partial Regex Devices();

    [GeneratedRegex("(?<opening>\tchain " + TunnelNamesChain.Name + " \\{\n)(\t\t[^\n]*\n)*(?<closing>\t\\}\n)")]
    private static partial Regex TunnelNames();
}
