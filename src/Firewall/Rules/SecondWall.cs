// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
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

    /// <summary>NFT_NETDEVICE_MAX of linux/netfilter/nf_tables.h: the kernel hooks a chain to no more interfaces.</summary>
    private const int MostDevices = 256;

    /// <summary>The rules that enforce <paramref name="policy"/>.</summary>
    public static FrameRuleset Compile(EgressPolicy policy) => new([FrameListChain.Build(policy), FramesChain.Build(policy)]);

    /// <summary>Loopback and nothing else.</summary>
    public static FrameRuleset Lockdown { get; } = new(
    [
        new Chain(FrameListChain.Name, Hook: null, []),
        new Chain(FramesChain.Name, Hook: null, ["oifname \"lo\" counter accept", .. FinalVerdict.Drop("frame", isLogged: true)]),
    ]);

    /// <summary>
    /// Whether nft's language has a way to write an interface's name: it has none for a quotation mark, nor for bytes that
    /// are no text (which are U+FFFD when they are read as such).
    /// </summary>
    public static bool CanName(string interfaceName) => !interfaceName.AsSpan().ContainsAny('"', '\uFFFD');

    /// <summary>One chain, or as many as the kernel needs to take all the interfaces: <c>egress</c>, <c>egress2</c>, …</summary>
    internal static IEnumerable<Chain> BaseChains(IEnumerable<string> interfaces)
    {
        var all = interfaces.ToList();
        var count = Math.Max(1, (all.Count + MostDevices - 1) / MostDevices);

        // Of equal size: one interface alone is spelled in another way, and before Linux 6.16 the last one to go takes its
        // chain along, which is why the first chain has loopback.
        return count == 1
            ? [BaseChain(BaseName, all)]
            : all.OrderBy(name => name != "lo").Chunk((all.Count + count - 1) / count).Select(BaseChain);
    }

    private static Chain BaseChain(string[] interfaces, int index)
    {
        return BaseChain(index == 0 ? BaseName : BaseName + (index + 1).ToString(CultureInfo.InvariantCulture), interfaces);
    }

    private static Chain BaseChain(string name, IEnumerable<string> interfaces)
    {
        var hook = $"type filter hook egress {DevicesOf(interfaces)} priority filter; policy drop;";
        return new Chain(name, hook, [$"jump {FramesChain.Name}", "drop"]);
    }

    internal static string DevicesOf(IEnumerable<string> interfaces)
    {
        return $"devices = {{ {string.Join(", ", interfaces.Select(name => $"\"{name}\""))} }}";
    }
}
