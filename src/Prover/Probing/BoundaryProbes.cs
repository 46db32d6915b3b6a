// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Probing;

/// <summary>
/// Packets outside the policy around every edge of every rule: each satisfies a rule as far as it can, and then differs in
/// a field or two by as little as possible; others are random mixtures of such values. What was proved says that none of
/// them leaves.
/// </summary>
/// <param name="loaded">The rules.</param>
/// <param name="policy">The policy.</param>
/// <param name="seed">The same seed gives the same probes.</param>
public sealed class BoundaryProbes(LoadedRuleset loaded, EgressPolicy policy, int seed)
{
    private const int Attempts = 40;

    private readonly Random _random = new(seed);
    private readonly EdgeValues _edges = new(loaded.Ruleset, policy);
    private readonly PolicyOracle _oracle = new(loaded, policy);

    /// <summary>The interfaces that packets can leave by; the first is the usual one.</summary>
    public required ImmutableArray<string> OutInterfaces { get; init; }

    /// <summary>The interfaces that forwarded packets can come by; empty: nothing is forwarded.</summary>
    public ImmutableArray<string> InInterfaces { get; init; } = [];

    /// <summary>Addresses of the machine itself: packets to them do not leave.</summary>
    public ImmutableArray<IPAddress> OwnAddresses { get; init; } = [];

    /// <summary>Makes probes.</summary>
    /// <param name="least">How many there are at least, if rules are few; each rule adds some.</param>
    public ImmutableArray<Packet> Make(int least)
    {
        var probes = new List<Packet>();
        var seen = new HashSet<string>();
        var rules = loaded.Ruleset.Tables.SelectMany(t => t.Chains).SelectMany(c => c.Rules).ToList();
        foreach (var rule in rules.Where(rule => rule.Steps.Any(step => step is MatchStep or VerdictMapStep)))
        {
            foreach (var changes in new[] { 0, 1, 1, 1, 2, 2 })
            {
                Add(probes, seen, () => Near(rule, changes));
            }
        }
        for (var missing = least - probes.Count; missing > 0; missing--)
        {
            Add(probes, seen, Mixture);
        }
        return [.. probes];
    }

    private void Add(List<Packet> probes, HashSet<string> seen, Func<Packet> next)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var packet = Sendable(next());
            if (IsSendable(packet) && _oracle.IsLeak(packet)
                && seen.Add(string.Join(',', packet.Values) + PacketText.Of(packet)))
            {
                probes.Add(packet);
                return;
            }
        }
    }

    private Packet Near(Rule rule, int changes)
    {
        var packet = Ordinary(FamilyOf(rule));
        foreach (var step in rule.Steps)
        {
            packet = step switch
            {
                MatchStep { Negated: false, Elements.IsEmpty: false } match => Inside(packet, match.Keys, Any(match.Elements)),
                VerdictMapStep { Entries.IsEmpty: false } map => Inside(packet, map.Keys, Any(map.Entries).Element),
                _ => packet,
            };
        }
        return Changed(packet, changes);
    }

    private Packet Mixture() => Changed(Ordinary(Any<IpFamily>([IpFamily.Ip4, IpFamily.Ip6])), _random.Next(1, 5));

    private Packet Changed(Packet packet, int changes)
    {
        var fields = _edges.FieldsOf(packet.Family).Where(IsFree).ToImmutableArray();
        for (; changes > 0 && !fields.IsEmpty; changes--)
        {
            var (key, value) = Any([.. _edges.Of(Any(fields), packet.Family)]);
            packet = Written(packet, key, value);
        }
        return packet;
    }

    private Packet Inside(Packet packet, ImmutableArray<Key> keys, Element element)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] is FieldKey key && IsFree(key.Field) && element.Parts[i] is NumberValues { Ranges.IsEmpty: false } numbers)
            {
                var range = Any(numbers.Ranges);
                packet = Written(packet, key, _random.Next(2) == 0 ? range.Low : range.High);
            }
        }
        return packet;
    }

    // History and sockets are what they are when a packet is sent from nothing.
    private static bool IsFree(Field field)
    {
        return field is Field.Protocol or Field.Transport or Field.TcpFlags or Field.HopLimit or Field.TrafficClass or Field.Uid or Field.Gid
            or Field.Mark or Field.Destination or Field.Source or Field.FragmentOffset;
    }

    private static Packet Written(Packet packet, FieldKey key, UInt128 value)
    {
        var shift = Fields.Width(key.Field, packet.Family) - key.Offset - key.Length;
        return shift < 0
            ? packet
            : packet.With(key.Field, packet[key.Field] & ~(ValueRange.MaximumOf(key.Length) << shift) | (value << shift));
    }

    private Packet Ordinary(IpFamily family)
    {
        var isForwarded = !InInterfaces.IsEmpty && _random.Next(4) == 0;
        var isIp4 = family == IpFamily.Ip4;
        var packet = new Packet
        {
            Path = isForwarded ? PathKind.Forward : PathKind.Output,
            Family = family,
            OutInterface = _random.Next(4) == 0 ? Any(OutInterfaces) : OutInterfaces[0],
            InInterface = isForwarded ? Any(InInterfaces) : "",
        };
        return packet
            .With(Field.Destination, AddressRanges.ToNumber(IPAddress.Parse(isIp4 ? "198.51.100.7" : "2001:db8:ffff::7")))
            .With(Field.Source, AddressRanges.ToNumber(IPAddress.Parse(isIp4 ? "192.0.2.2" : "2001:db8::2")))
            .With(Field.Protocol, Any<UInt128>([6, 17, 17, isIp4 ? 1u : 58u]))
            .With(Field.Transport, ((UInt128)(uint)_random.Next(40_000, 60_000) << 16) | (uint)_random.Next(4000, 5000))
            .With(Field.TcpFlags, 2).With(Field.HopLimit, 64)
            .With(Field.HasSocket, isForwarded ? 0u : 1u)
            .With(Field.Uid, isForwarded ? 0u : 1000u).With(Field.Gid, isForwarded ? 0u : 1000u);
    }

    // The parts of a packet that hang together.
    private static Packet Sendable(Packet packet)
    {
        var isFragment = packet.IsLaterFragment;
        var type = packet.SourcePort >> 8;
        if (packet.Protocol is 1 or 58 && !isFragment && type is not (133 or 135 or 136) && type > 43)
        {
            // An echo request where no type was asked for.
            packet = packet.With(Field.Transport, (packet.Family == IpFamily.Ip4 ? (UInt128)8 : 128) << 24);
        }
        if (packet.Path == PathKind.Forward)
        {
            packet = packet.With(Field.Mark, 0).With(Field.Uid, 0).With(Field.Gid, 0);
        }
        return packet.Family == IpFamily.Ip4
            ? packet.With(Field.NextHeader, 0)
            : packet.With(Field.FragmentOffset, packet[Field.FragmentOffset] & 0x1fff)
                .With(Field.NextHeader, isFragment ? (UInt128)44 : packet.Protocol);
    }

    private bool IsSendable(Packet packet)
    {
        var destination = packet.Destination;
        var isOfTheOther = packet.Protocol == (packet.Family == IpFamily.Ip4 ? 58 : 1);
        var isIp4 = packet.Family == IpFamily.Ip4;
        var first = (int)(packet[Field.Destination] >> (isIp4 ? 24 : 120));
        var isRouted = isIp4 ? first is > 0 and < 224 and not 127 : first is 0x20 or 0x26 or 0xfd;
        // What is forwarded needs a life of its own and may not be a fragment, which a gateway would put together.
        var survives = packet.Path == PathKind.Output || packet is { IsLaterFragment: false } && packet[Field.HopLimit] > 1;
        return isRouted && survives && !isOfTheOther && packet[Field.HopLimit] > 0
            && packet.Protocol is not (0 or 43 or 44 or 51 or 60 or 135 or 139 or 140 or 255)
            && packet[Field.Source] != 0 && !OwnAddresses.Contains(destination) && !OwnAddresses.Contains(packet.Source);
    }

    private static IpFamily FamilyOf(Rule rule)
    {
        if (rule.Steps.OfType<FamilyStep>().FirstOrDefault() is { } step)
        {
            return step.Family;
        }
        var keys = rule.Steps.OfType<MatchStep>().SelectMany(match => match.Keys).OfType<FieldKey>();
        return keys.Any(key => key.Field is Field.Destination or Field.Source && key.Offset + key.Length > 32)
            ? IpFamily.Ip6
            : IpFamily.Ip4;
    }

    private T Any<T>(ImmutableArray<T> of) => of[_random.Next(of.Length)];
}
