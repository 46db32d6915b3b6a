// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.UnitTests.Firewall.Fuzz;

/// <summary>Configurations that are right, to begin with: the documentation's, the golden ones, and the original's style.</summary>
internal static class ConfigurationCorpus
{
    /// <summary>In the style of adrelanos/vpn-firewall: comments, empty lines, unquoted and quoted values.</summary>
    private static readonly string[] OriginalStyle =
    [
        "## For OpenVPN.\nVPN_INTERFACE=tun0\n\n## The LAN.\nLOCAL_NET=\"192.168.1.0/24 192.168.0.0/24\"\n#FORWARDING=true\n",
        "VPN_INTERFACE=tun+\nTUNNEL_USER=tunnel\nLOCAL_NET=\"192.168.1.0/24 127.0.0.0/8 10.152.152.0/24\"\n",
        "FORWARDING=true\nINT_IF=vif+\nTUNNEL_USER=1001\n",
        "VPN_INTERFACE=ppp+\nTUNNEL_USER=0\nVPN_SERVERS=\"203.0.113.10:1723/tcp 203.0.113.10/gre\"\n",
        "",
    ];

    public static IReadOnlyList<string> Read()
    {
        return [.. OriginalStyle, .. GoldenRulesets.Names.Select(name => File.ReadAllText(GoldenRulesets.Configuration(name))), .. Examples()];
    }

    /// <summary>The blocks of docs/configuration.md that are configurations.</summary>
    private static IEnumerable<string> Examples()
    {
        var text = File.ReadAllText(Path.Combine(GoldenRulesets.Folder, "..", "..", "..", "..", "docs", "configuration.md"));
        return text.Split("```sh\n").Skip(1).Select(block => block.Split("```")[0]);
    }
}
