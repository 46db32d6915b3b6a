// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Random rulesets of the intermediate form: every construct that the model has, few values, many overlaps.</summary>
internal sealed class RandomRules(Random random)
{
    private static readonly string[] Interfaces = ["eth0", "tun0", "lo", "eth1"];
    private int _rule;

    /// <summary>A ruleset of a few tables.</summary>
    public Ruleset Next()
    {
        return new Ruleset([.. Enumerable.Range(0, random.Next(1, 4)).Select(Table)]);
    }

    /// <summary>Values of a field that rules use, so that packets hit them.</summary>
    public UInt128 Value(Field field, IpFamily family) => field switch
    {
        Field.Protocol or Field.NextHeader => (UInt128)Pick(6, 17, 1, 58, 51),
        Field.Transport or Field.EgressTransport => ((UInt128)Pick(68, 40000, 0x0800, 0x8700) << 16)
            | (UInt128)Pick(53, 67, 1194, 0),
        Field.Uid or Field.Gid => (UInt128)Pick(0, 1000, 1194),
        Field.Mark or Field.ConnectionMark => (UInt128)Pick(0, 1, 5, 0x100),
        Field.Destination or Field.Source => Address(family),
        Field.FragmentOffset => (UInt128)Pick(0, 0, 0, 8, 0x2000),
        Field.EgressFragment => (UInt128)Pick(8, 100),
        Field.ConnectionState => (UInt128)random.Next(5),
        Field.EgressForm => (UInt128)random.Next(3),
        Field.TcpFlags => (UInt128)Pick(2, 16, 18),
        Field.ConnectionStatus => (UInt128)Pick(0, 32, 48),
        Field.HopLimit => (UInt128)Pick(64, 255, 1),
        Field.TrafficClass => (UInt128)Pick(0, 0xb8, 17),
        _ => (UInt128)random.Next(2),
    };

    private UInt128 Address(IpFamily family)
    {
        var text = family == IpFamily.Ip4
            ? Pick("203.0.113.10", "198.51.100.7", "192.168.1.7", "224.0.0.251", "255.255.255.255", "127.0.0.1")
            : Pick("2001:db8::10", "2001:db8::7", "ff02::1:2", "fe80::1", "fd00::1", "::1");
        return AddressRanges.ToNumber(IPAddress.Parse(text));
    }

    private Table Table(int index)
    {
        var family = random.Next(8) switch
        {
            0 => TableFamily.Ip,
            1 => TableFamily.Ip6,
            2 or 3 => TableFamily.Netdev,
            _ => TableFamily.Inet,
        };
        var called = Enumerable.Range(0, 2).Select(i => Chain($"called{i}", null, canJump: i == 0)).ToList();
        var based = Enumerable.Range(0, random.Next(1, 4)).Select(i => Chain($"base{i}", Base(family), canJump: true));
        return new Table(family, $"t{index}", random.Next(12) == 0, [.. called, .. based]);
    }

    private BaseChain Base(TableFamily family)
    {
        var hook = family == TableFamily.Netdev
            ? Hook.Egress
            : Pick(Hook.Output, Hook.Output, Hook.Postrouting, Hook.Prerouting, Hook.Forward);
        var type = (hook, random.Next(5)) switch
        {
            (Hook.Output, 0) => ChainType.Route,
            (Hook.Output or Hook.Prerouting or Hook.Postrouting, 1) => ChainType.Nat,
            _ => ChainType.Filter,
        };
        return new BaseChain(type, hook, Pick(-450, -300, -150, -100, 0, 0, 50, 100), random.Next(3) > 0)
        {
            Devices = hook == Hook.Egress ? random.Next(6) == 0 ? null : [new("eth", random.Next(2) == 0), new("eth0", IsPrefix: false)] : null,
        };
    }

    private Chain Chain(string name, BaseChain? place, bool canJump)
    {
        return new Chain(name, place, [.. Enumerable.Range(0, random.Next(1, 6)).SelectMany(_ =>
            random.Next(24) switch { < 3 => BlockList(), 3 => LongBlockList(), _ => [Rule(place, canJump)] })]);
    }

    // Many rules in a row that drop, each by matches of its own.
    private List<Rule> LongBlockList()
    {
        return [.. Enumerable.Range(0, random.Next(16, 20)).Select(_ =>
            new Rule($"rule {_rule++}", "", [Match(), Match(), new VerdictStep(VerdictKind.Drop)]))];
    }

    // Rules that drop by the same matches but for the numbers of one of them.
    private List<Rule> BlockList()
    {
        var before = Enumerable.Range(0, random.Next(0, 2)).Select(_ => Match()).ToList();
        var match = OneField(negated: false, MatchFlavour.Native);
        var key = (FieldKey)match.Keys[0];
        return [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ =>
        {
            var number = key.Field == Field.Destination ? Address(IpFamily.Ip4) : (UInt128)Pick(0, 1, 5);
            var other = MatchStep.Of(key, [ValueRange.Exactly(number & ValueRange.MaximumOf(key.Length))]);
            return new Rule($"rule {_rule++}", "", [.. before, other, new VerdictStep(VerdictKind.Drop)]);
        })];
    }

    private Rule Rule(BaseChain? place, bool canJump)
    {
        var steps = Enumerable.Range(0, random.Next(0, 3)).Select(_ => Match()).ToList();
        if (random.Next(5) == 0)
        {
            steps.Add(Change());
        }
        steps.Add(place?.Type == ChainType.Nat && random.Next(2) == 0 ? Translate(place.Hook) : Verdict(canJump));
        if (steps[^1] is VerdictMapStep)
        {
            // What continues goes on here.
            steps.Add(Verdict(canJump: false));
        }
        return new Rule($"rule {_rule++}", "", [.. steps]);
    }

    private RuleStep Verdict(bool canJump)
    {
        if (canJump && random.Next(12) == 0)
        {
            return new VerdictMapStep([FieldKey.Whole(Field.Protocol)],
            [
                new VerdictMapEntry(new Element([Numbers(6)]), new VerdictStep(VerdictKind.Jump, "called1")),
                new VerdictMapEntry(new Element([Numbers(17)]), new VerdictStep(VerdictKind.Accept)),
                new VerdictMapEntry(new Element([Numbers(1)]), new VerdictStep(VerdictKind.Continue)),
            ]);
        }
        return random.Next(canJump ? 9 : 6) switch
        {
            0 or 1 => new VerdictStep(VerdictKind.Drop),
            2 or 3 => new VerdictStep(VerdictKind.Accept),
            4 => new VerdictStep(VerdictKind.Return),
            5 => new VerdictStep(VerdictKind.Continue),
            6 or 7 => new VerdictStep(VerdictKind.Jump, "called1"),
            _ => new VerdictStep(VerdictKind.Goto, "called1"),
        };
    }

    private RuleStep Change() => random.Next(7) switch
    {
        0 => new AssignStep(Field.Mark, new ConstantExpression((UInt128)Pick(1, 5))),
        1 => new AssignStep(Field.Mark, new FieldExpression(Field.ConnectionMark)),
        2 => new AssignStep(Field.ConnectionMark, new BitwiseExpression(new FieldExpression(Field.Mark), 0xff, 4)),
        3 => new AssignStep(Field.Mark, new XorExpression(
            new FieldExpression(Field.Mark), new UnknownExpression("a number"))),
        4 => new RewriteStep("a header field"),
        5 => new OpaqueStep("a queue"),
        _ => new NotrackStep(),
    };

    private TranslateStep Translate(Hook hook)
    {
        var isDestination = hook != Hook.Postrouting;
        UInt128? address = random.Next(3) == 0 ? null : AddressRanges.ToNumber(IPAddress.Parse("198.51.100.7"));
        ushort? port = random.Next(2) == 0 ? null : 53;
        return new TranslateStep(isDestination, address, port, isDestination && random.Next(2) == 0)
        {
            ToThisMachine = isDestination && random.Next(4) == 0,
        };
    }

    private RuleStep Match()
    {
        var negated = random.Next(3) == 0;
        var flavour = Pick(MatchFlavour.Native, MatchFlavour.Native, MatchFlavour.Xtables);
        switch (random.Next(15))
        {
            case 13:
                var kinds = new NameValues([new InterfacePattern(Pick("tun", "veth"), IsPrefix: false)]);
                return MatchStep.Of(new InterfaceKindKey(random.Next(4) > 0), kinds, negated);
            case 14:
                return new CgroupStep(Pick("vpn.slice", "user.slice"), random.Next(2) == 0);
            case 0:
                return new UnknownStep("a limit");
            case 1:
                return new FamilyStep(Pick(IpFamily.Ip4, IpFamily.Ip6), random.Next(2) == 0);
            case 2 or 3 or 4:
                var names = new NameValues([new InterfacePattern(Pick(Interfaces), random.Next(5) == 0)]);
                return MatchStep.Of(new InterfaceKey(random.Next(4) > 0, random.Next(4) == 0), names, negated, flavour);
            case 5:
                AddressKind[] asked = [Pick(AddressKind.Local, AddressKind.Multicast), AddressKind.Broadcast];
                return new DestinationKindStep([.. asked[..random.Next(1, 3)]], negated, "addrtype");
            case 6:
                return MatchStep.Of(FieldKey.Whole(Field.Uid), [new ValueRange(0, (UInt128)Pick(0, 999, 1194))], negated,
                    Pick(MatchFlavour.Native, MatchFlavour.XtablesOwner));
            case 7:
                return new MatchStep([FieldKey.Whole(Field.Protocol), FieldKey.DestinationPort],
                    [new Element([Numbers(17), Numbers(53)]), new Element([Numbers(6), Numbers(1194)])], negated, flavour);
            case 8:
                return MatchStep.Of(new FieldKey(Field.Mark, 0, 32, (UInt128)Pick(1, 5, 0x105)),
                    [ValueRange.Exactly((UInt128)Pick(0, 1, 5))], negated, flavour);
            default:
                return OneField(negated, flavour);
        }
    }

    private MatchStep OneField(bool negated, MatchFlavour flavour)
    {
        var key = Pick(FieldKey.DestinationPort, FieldKey.SourcePort, FieldKey.IcmpType, FieldKey.Whole(Field.Protocol),
            FieldKey.Whole(Field.ConnectionState), FieldKey.Whole(Field.ConnectionMark), FieldKey.Whole(Field.Destination),
            FieldKey.Whole(Field.TcpFlags), FieldKey.Whole(Field.NextHeader), FieldKey.Whole(Field.ConnectionDirection),
            new FieldKey(Field.FragmentOffset, 3, 13), FieldKey.Whole(Field.HopLimit), FieldKey.CodePoint,
            FieldKey.Whole(Field.EtherType));
        var low = key.Field == Field.Destination ? Address(IpFamily.Ip4) : (UInt128)Pick(0, 1, 8, 17, 53, 1194);
        low &= ValueRange.MaximumOf(key.Length);
        var high = UInt128.Min(low + (UInt128)Pick(0, 1, 100), ValueRange.MaximumOf(key.Length));
        return MatchStep.Of(key, [new ValueRange(low, high)], negated, flavour);
    }

    private static NumberValues Numbers(int value) => new([ValueRange.Exactly((UInt128)value)]);

    private T Pick<T>(params T[] values) => values[random.Next(values.Length)];
}
