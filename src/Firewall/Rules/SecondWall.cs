// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>
/// The wall under the wall: it sees every frame as it is handed to an interface, those included that pass no rule of the
/// IP layer (packet sockets, ARP, children of an interface, bridged machines). It keeps no state and asks none.
/// </summary>
/// <remarks>
/// Interfaces are named one by one. Linux 6.16 can hook a chain to every name at once, but an nft before 1.1.6 cannot
/// read a chain that is, and then turns for ever in "nft list ruleset" (seen with 1.0.6), which is no state to leave a
/// machine in.
/// </remarks>
public static class SecondWall
{
    /// <summary>The table's family and name, as nft's commands take them.</summary>
    public const string Table = "netdev vpn_firewall";

    internal const string BaseName = "egress";

    /// <summary>The rules that enforce <paramref name="policy"/>.</summary>
    public static FrameRuleset Compile(EgressPolicy policy) => new([FrameListChain.Build(policy), FramesChain.Build(policy)]);

    /// <summary>Loopback and nothing else.</summary>
    public static FrameRuleset Lockdown { get; } = new(
    [
        new Chain(FrameListChain.Name, Hook: null, []),
        new Chain(FramesChain.Name, Hook: null, ["oifname \"lo\" counter accept", .. FinalVerdict.Drop("frame", isLogged: true)]),
    ]);

    internal static Chain BaseChain(IEnumerable<string> interfaces)
    {
        var hook = $"type filter hook egress {DevicesOf(interfaces)} priority filter; policy drop;";
        return new Chain(BaseName, hook, [$"jump {FramesChain.Name}", "drop"]);
    }

    internal static string DevicesOf(IEnumerable<string> interfaces)
    {
        return $"devices = {{ {string.Join(", ", interfaces.Select(name => $"\"{name}\""))} }}";
    }
}
