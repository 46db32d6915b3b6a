// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.ProverScale;

/// <summary>Rulesets of any size whose answer is known.</summary>
internal static class Families
{
    /// <summary>The policy of every family: nothing but the tunnel's user to one server.</summary>
    public static EgressPolicy Policy { get; } = new()
    {
        TunnelInterface = new InterfacePattern("tun0", IsPrefix: false),
        Identity = TunnelIdentity.OfUser(1194, "tunnel"),
        Servers = [new ServerEndpoint(IPAddress.Parse("203.0.113.10"), TransportProtocol.Udp, 1194)],
    };

    /// <summary>Accepts of single hosts on tun0, policy drop: proved.</summary>
    public static Ruleset Kill(int rules) => Closed(Enumerable.Range(0, rules).Select(i => Rule(i, VerdictKind.Accept,
        Out("tun0"), Host((uint)i * 2_654_435_761u), Port(i % 60_000))), accepts: false);

    /// <summary>The same with one hole in the middle: leak.</summary>
    public static Ruleset KillLeak(int rules) => Closed(Enumerable.Range(0, rules).Select(i =>
        i == rules / 2
            ? Rule(i, VerdictKind.Accept, Host(0xC6336407), Port(53))
            : Rule(i, VerdictKind.Accept, Out("tun0"), Host((uint)i * 2_654_435_761u), Port(i % 60_000))), accepts: false);

    /// <summary>Drops of prefixes that cover every address, policy accept: proved. Rounded up to a power of two.</summary>
    public static Ruleset Block(int rules)
    {
        var length = 32 - int.LeadingZeroCount(rules - 1);
        return Closed(Enumerable.Range(0, 1 << length).Select(i =>
            Rule(i, VerdictKind.Drop, Prefix((uint)i << (32 - length), length))), accepts: true);
    }

    /// <summary>Overlapping accepts and drops of a /16 that nothing physical reaches, with a fixed seed: proved.</summary>
    public static Ruleset AccessList(int rules)
    {
        var random = new Random(7);
        var drops = Enumerable.Range(0, 256).Select(i => Rule(i, VerdictKind.Drop, Out("eth0"), Prefix((uint)i << 24, 8)));
        var list = Enumerable.Range(256, rules).Select(i => Rule(i,
            random.Next(2) == 0 ? VerdictKind.Accept : VerdictKind.Drop,
            Prefix((uint)random.NextInt64(1L << 32), random.Next(8, 33)), Port(random.Next(65_536)), Out("eth0")));
        return Closed(drops.Concat(list), accepts: false);
    }

    /// <summary>
    /// Drops of overlapping prefixes and port ranges over all addresses, then of everything, policy accept: proved.
    /// </summary>
    public static Ruleset Overlaps(int rules)
    {
        var random = new Random(11);
        var list = Enumerable.Range(0, rules).Select(i =>
        {
            var port = random.Next(60_000);
            return Rule(i, VerdictKind.Drop, Prefix((uint)random.NextInt64(1L << 32), random.Next(8, 33)),
                MatchStep.Of(FieldKey.DestinationPort, [new ValueRange((UInt128)port, (UInt128)(port + random.Next(5000)))]));
        });
        return Closed(list.Concat(Everything(rules)), accepts: true);
    }

    /// <summary>
    /// Drops of ranges in five dimensions at once, which cut each other into ever more pieces, then of everything, policy
    /// accept: proved. The pieces grow faster than the rules, so it is asked for <see cref="MostRanges"/> at most.
    /// </summary>
    public static Ruleset Ranges(int rules)
    {
        var random = new Random(13);
        var list = Enumerable.Range(0, rules).Select(i => Rule(i, VerdictKind.Drop,
            Some(FieldKey.Whole(Field.Source), 32, random), Some(FieldKey.Whole(Field.Destination), 32, random),
            Some(FieldKey.Whole(Field.Protocol), 8, random), Some(FieldKey.SourcePort, 16, random), Some(FieldKey.DestinationPort, 16, random)));
        return Closed(list.Concat(Everything(rules)), accepts: true);
    }

    /// <summary>How many rules of <see cref="Ranges"/> are asked for.</summary>
    public const int MostRanges = 320;

    /// <summary>One rule with a set of many hosts on tun0: proved.</summary>
    public static Ruleset Set(int elements)
    {
        var hosts = Enumerable.Range(0, elements).Select(i => ValueRange.Exactly((uint)i * 2_654_435_761u));
        return Closed([Rule(0, VerdictKind.Accept,
            MatchStep.Of(FieldKey.Whole(Field.Destination), hosts), Out("tun0"))], accepts: false);
    }

    private static Ruleset Closed(IEnumerable<Rule> rules, bool accepts)
    {
        Chain Base(string name, Hook hook, bool policy, IEnumerable<Rule> list)
        {
            return new Chain(name, new BaseChain(ChainType.Filter, hook, 0, policy), [.. list]);
        }
        return new Ruleset(
        [
            new Table(TableFamily.Ip, "wall", IsDormant: false,
                [Base("output", Hook.Output, accepts, rules), Base("forward", Hook.Forward, false, [])]),
        ]);
    }

    private static Rule Rule(int index, VerdictKind verdict, params ImmutableArray<RuleStep> matches)
    {
        return new Rule($"ip wall output #{index + 1}", "", matches.Add(new VerdictStep(verdict)));
    }

    private static IEnumerable<Rule> Everything(int after)
    {
        return Enumerable.Range(0, 256).Select(i => Rule(after + i, VerdictKind.Drop, Prefix((uint)i << 24, 8)));
    }

    private static MatchStep Some(FieldKey field, int bits, Random random)
    {
        var (one, other) = (random.NextInt64(1L << bits), random.NextInt64(1L << bits));
        return MatchStep.Of(field, [new ValueRange((UInt128)Math.Min(one, other), (UInt128)Math.Max(one, other))]);
    }

    private static MatchStep Out(string name)
    {
        return MatchStep.Of(new InterfaceKey(IsOutput: true, ByIndex: false),
            new NameValues([new InterfacePattern(name, IsPrefix: false)]));
    }

    private static MatchStep Host(uint address)
    {
        return MatchStep.Of(FieldKey.Whole(Field.Destination), [ValueRange.Exactly(address)]);
    }

    private static MatchStep Prefix(uint address, int length)
    {
        return MatchStep.Of(FieldKey.Whole(Field.Destination), [ValueRange.Prefix(address, length, 32)]);
    }

    private static MatchStep Port(int port)
    {
        return MatchStep.Of(FieldKey.DestinationPort, [ValueRange.Exactly((UInt128)port)]);
    }
}
