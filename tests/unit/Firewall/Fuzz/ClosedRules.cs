// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using LeakVerifier.Policy;

namespace LeakVerifier.UnitTests.Firewall.Fuzz;

/// <summary>
/// Says of a policy, and of the text of a table, why it is not closed. It shares nothing with the compiler: it looks for
/// what must not be there, whatever the configuration says.
/// </summary>
internal static partial class ClosedRules
{
    private static readonly string[] PhysicalNames =
        ["lo", "eth0", "eno1", "enp3s0", "ens3", "enx001122334455", "wlan0", "wlp2s0", "wwan0", "wwp0s20", "usb0", "ib0", "sl0"];

    /// <summary>What is open about a policy; null: nothing.</summary>
    public static string? FaultOf(EgressPolicy policy)
    {
        var physical = PhysicalNames.FirstOrDefault(policy.TunnelInterface.Matches);
        IPNetwork[] networks =
            [.. policy.LocalNetworks.Select(local => local.Network), .. policy.Management.Select(access => access.Network)];
        var server = policy.Servers.FirstOrDefault(server => !IsHost(server.Address));
        return physical is not null ? $"the tunnel {policy.TunnelInterface} is also {physical}"
            : networks.Any(IsWide) ? $"the network {networks.First(IsWide)} is nearly everything"
            : server is not null ? $"the server {server} is no host"
            : policy.Identity is { User: null, Mark: null, Cgroup: null } ? "anybody is the tunnel"
            : policy.Identity.Mark is { } mark && mark.Matches(0) ? $"the mark {mark} is that of every packet"
            : policy.InternalInterfaces.FirstOrDefault(inside => inside.Overlaps(policy.TunnelInterface)) is { } both
                ? $"{both} is the tunnel and the clients' side"
            : null;
    }

    /// <summary>What is open about a script of nft; null: nothing.</summary>
    public static string? FaultOf(string script, EgressPolicy policy)
    {
        var chains = Chains(script);
        foreach (var hook in new[] { "input", "forward", "output", "postrouting" })
        {
            var wall = chains.Values.FirstOrDefault(lines =>
                lines.Count > 1 && lines[0].StartsWith($"type filter hook {hook} ") && lines[0].EndsWith("policy drop;"));
            if (wall is null || !Refusal().IsMatch(wall[^1]))
            {
                return $"nothing ends {hook}";
            }

            if (hook != "input" && OpenRule(wall, chains, policy) is { } rule)
            {
                return $"{hook}: {rule}";
            }
        }

        return null;
    }

    /// <summary>A rule of a wall, or of a chain that it jumps to, that lets more out than any policy could want.</summary>
    private static string? OpenRule(List<string> wall, Dictionary<string, List<string>> chains, EgressPolicy policy)
    {
        foreach (var rule in wall.Skip(1))
        {
            if (Jump().Match(rule) is { Success: true } jump && OpenRule(["", .. chains[jump.Groups[1].Value]], chains, policy) is { } open)
            {
                return open;
            }

            if (Acceptance().IsMatch(rule) && !IsBound(rule, policy))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>Whether a rule that accepts asks for the interface, the sender or the destination.</summary>
    private static bool IsBound(string rule, EgressPolicy policy)
    {
        var interfaceName = Interface().Match(rule) is { Success: true } found ? found.Groups[1].Value : null;
        string[] inner =
            ["lo", Spelled(policy.TunnelInterface), .. policy.InternalInterfaces.Select(Spelled)];
        return interfaceName is not null && inner.Contains(interfaceName)
            || rule.Contains("meta skuid ", StringComparison.Ordinal)
            || rule.Contains("meta mark ", StringComparison.Ordinal)
            || rule.Contains("socket cgroupv2 ", StringComparison.Ordinal)
            || rule.Contains("ip6 daddr { fe80::/10, ff02::1-ff02::2, ff02::1:ff00:0/104 }", StringComparison.Ordinal)
            || Destination().Match(rule) is { Success: true } to && IsNarrow(to.Groups[1].Value);
    }

    private static string Spelled(InterfacePattern pattern) => pattern.Stem + (pattern.IsPrefix ? "*" : "");

    private static bool IsNarrow(string destination)
    {
        var parts = destination.Split('/');
        return IPAddress.TryParse(parts[0], out _)
            && (parts.Length == 1 || int.Parse(parts[1], CultureInfo.InvariantCulture) >= 7);
    }

    private static bool IsWide(IPNetwork network) => network.PrefixLength < 7;

    private static bool IsHost(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var isAny = bytes.All(value => value == 0);
        return !isAny && !IPAddress.IsLoopback(address)
            && (bytes.Length == 4 ? bytes[0] is > 0 and < 224 : !address.IsIPv6Multicast);
    }

    private static Dictionary<string, List<string>> Chains(string script)
    {
        var chains = new Dictionary<string, List<string>>();
        List<string>? chain = null;
        foreach (var line in script[script.IndexOf("table inet vpn_firewall {", StringComparison.Ordinal)..].Split('\n'))
        {
            if (line == "}")
            {
                break;
            }

            if (line.StartsWith("\tchain ", StringComparison.Ordinal))
            {
                chains[line[7..^2]] = chain = [];
            }
            else if (line.StartsWith("\t\t", StringComparison.Ordinal))
            {
                chain?.Add(line[2..]);
            }
        }

        return chains;
    }

    [GeneratedRegex("^counter( log [^\"]*)? (drop|reject with icmpx admin-prohibited)$")]
    private static partial Regex Refusal();

    [GeneratedRegex("(?:jump|goto) ([^ ]+)")]
    private static partial Regex Jump();

    [GeneratedRegex("\\baccept\\b")]
    private static partial Regex Acceptance();

    [GeneratedRegex("oifname \"([^\"]+)\"")]
    private static partial Regex Interface();

    [GeneratedRegex("ip6? daddr ([0-9a-f:./]+) ")]
    private static partial Regex Destination();
}
