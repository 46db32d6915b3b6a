// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>What was compared with the kernel.</summary>
internal sealed class DifferentialCounts
{
    /// <summary>Output and forward, both versions; TCP, UDP, ICMP of new and known connections; later fragments of IPv4.</summary>
    public const int AllKinds = (2 * 2 * 3 * 2) + 2;

    /// <summary>Forwarded fragments: few rulesets carry any, since connection tracking puts them together.</summary>
    public const int RareKinds = 1;

    public int Rulesets { get; set; }

    public int Refused { get; set; }

    public int Packets { get; private set; }

    public int Arrived { get; private set; }

    public int Unclear { get; private set; }

    /// <summary>How many packets of each kind were compared.</summary>
    public SortedDictionary<string, int> Kinds { get; } = new(StringComparer.Ordinal);

    public void Add(Probe probe, bool isClear, bool isThere)
    {
        if (!isClear)
        {
            Unclear++;
            return;
        }

        Packets++;
        Arrived += isThere ? 1 : 0;
        var kind = KindOf(probe);
        Kinds[kind] = Kinds.GetValueOrDefault(kind) + 1;
    }

    public override string ToString()
    {
        return $"{Rulesets} rulesets, {Refused} refused by nft, {Packets} packets, {Arrived} arrived, {Unclear} unclear, "
            + $"no mismatch: {string.Join(", ", Kinds.Select(kind => $"{kind.Key} {kind.Value}"))}";
    }

    private static string KindOf(Probe probe)
    {
        var protocol = probe.Packet.Protocol switch { 6 => "tcp", 17 => "udp", _ => "icmp" };
        var what = probe.Packet.IsLaterFragment ? "fragment" : $"{protocol} {(probe.IsKnown ? "established" : "new")}";
        return $"{PathWords.Of(probe.Packet.Path, probe.Packet.Family)} {what}";
    }
}
