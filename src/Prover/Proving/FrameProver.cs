// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// Which frames that are no IP packet leave: ARP, EAPOL and all others, by what egress chains say of their EtherType. Rules
/// tell few of them apart, so each is asked for by itself; what does not depend on the EtherType is a "perhaps".
/// </summary>
internal sealed class FrameProver(LoadedRuleset loaded, EgressPolicy policy)
{
    private const int Arp = 0x0806;
    private const int Eapol = 0x888e;

    // A VLAN tag, LLDP, PPPoE, and one that is for experiments (IEEE 802).
    private static readonly int[] WellKnown = [0x8100, 0x88cc, 0x8864, 0x88b5];

    private readonly List<HookedChain> _chains = [.. new Hooks(loaded.Ruleset, IpFamily.Ip4).At(Hook.Egress, isNat: false)];

    private enum Chance
    {
        No,
        Perhaps,
        Yes,
    }

    /// <summary>Answers for every physical interface.</summary>
    public FrameAnswer Answer()
    {
        InterfaceClasses classes;
        try
        {
            classes = InterfaceClasses.Of(loaded, policy);
        }
        catch (BudgetException e)
        {
            return new FrameAnswer(Verdict.Inconclusive, e.Message);
        }
        var types = EtherTypes().Where(type => !IsAllowed(type)).ToList();
        var physical = Enumerable.Range(1, classes.All.Length - 1).Where(i => classes.All[i].IsPhysical).ToList();
        var worst = Chance.No;
        var example = "";
        var covered = physical.ConvertAll(index => _chains.ConvertAll(hooked => Covered(hooked.Base, classes, index)));
        foreach (var type in types)
        {
            for (var i = 0; i < physical.Count; i++)
            {
                var chance = Leaves(type, classes, physical[i], covered[i]);
                if (chance > worst)
                {
                    (worst, example) = (chance, string.Create(
                        CultureInfo.InvariantCulture, $"EtherType 0x{type:x4} out of {classes.All[physical[i]].Name}"));
                }
            }
        }
        var allowed = policy.AllowEapol ? "IPv4, IPv6, ARP and EAPOL" : "IPv4, IPv6 and ARP";
        return worst switch
        {
            Chance.No => new FrameAnswer(Verdict.Proved, $"no frame but {allowed} leaves"),
            Chance.Perhaps => new FrameAnswer(Verdict.Inconclusive, $"{example} may leave"),
            _ => new FrameAnswer(Verdict.Leak, $"{example} leaves"),
        };
    }

    private bool IsAllowed(int type) => type == Arp || type == Eapol && policy.AllowEapol;

    // What rules compare with, and what is next to it: between two such numbers rules cannot tell the difference.
    private SortedSet<int> EtherTypes()
    {
        var types = new SortedSet<int>(WellKnown) { Eapol };
        var ranges = from table in loaded.Ruleset.Tables
                     from chain in table.Chains
                     from rule in chain.Rules
                     from step in rule.Steps
                     from element in ElementsOf(step)
                     from part in element.Parts
                     from range in RangesOf(part)
                     where range.High <= ushort.MaxValue
                     select range;
        foreach (var range in ranges)
        {
            types.UnionWith([(int)range.Low - 1, (int)range.Low, (int)range.High, (int)range.High + 1]);
        }
        types.RemoveWhere(type => type is < 0x600 or > ushort.MaxValue or 0x0800 or 0x86dd);
        return types;
    }

    private static ImmutableArray<ValueRange> RangesOf(KeyValues values)
    {
        return values is NumberValues numbers ? numbers.Ranges : [];
    }

    private static IEnumerable<Element> ElementsOf(RuleStep step) => step switch
    {
        MatchStep match when match.Keys.Any(IsType) => match.Elements,
        VerdictMapStep map when map.Keys.Any(IsType) => map.Entries.Select(entry => entry.Element),
        _ => [],
    };

    private static bool IsType(Key key) => key is FieldKey { Field: Field.EtherType };

    private Chance Leaves(int type, InterfaceClasses classes, int index, List<Chance> covered)
    {
        var result = Chance.Yes;
        for (var i = 0; i < _chains.Count; i++)
        {
            var accepts = new FrameWalk(_chains[i], type, classes, index).Accepts();
            result = Least(result, Most(Opposite(covered[i]), Least(covered[i], accepts)));
        }
        return result;
    }

    private static Chance Covered(BaseChain chain, InterfaceClasses classes, int index)
    {
        if (chain.Devices is not { } devices)
        {
            return Chance.Perhaps;
        }
        var isCovered = classes.Matches(
                index, new NameValues([.. devices.Where(d => !d.IsPrefix)]), byIndex: !chain.HasLaterDevices)
            || classes.Matches(index, new NameValues([.. devices.Where(d => d.IsPrefix)]), byIndex: false);
        return isCovered ? Chance.Yes : Chance.No;
    }

    private static Chance Opposite(Chance chance) => Chance.Yes - (int)chance;

    private static Chance Least(Chance left, Chance right) => left < right ? left : right;

    private static Chance Most(Chance left, Chance right) => left > right ? left : right;

    /// <summary>One EtherType in one egress chain.</summary>
    private sealed class FrameWalk(HookedChain hooked, int type, InterfaceClasses classes, int index)
    {
        private Chance _accepted = Chance.No;

        /// <summary>Whether the chain accepts.</summary>
        public Chance Accepts()
        {
            var rest = Walk(hooked.Chain, Chance.Yes, 0);
            return hooked.Base.AcceptsByDefault ? Most(_accepted, rest) : _accepted;
        }

        // The chance that the end of the chain is reached.
        private Chance Walk(Chain chain, Chance reach, int depth)
        {
            var returned = Chance.No;
            foreach (var rule in chain.Rules)
            {
                var hit = reach;
                foreach (var step in rule.Steps)
                {
                    switch (step)
                    {
                        case VerdictStep verdict:
                            Decide(verdict, hit, depth, ref reach, ref returned);
                            break;
                        case VerdictMapStep map:
                            var continued = Chance.No;
                            foreach (var entry in map.Entries)
                            {
                                var here = Least(hit, Inside(map.Keys, entry.Element));
                                Decide(entry.Verdict, here, depth, ref reach, ref returned);
                                continued = entry.Verdict.Kind == VerdictKind.Continue ? Most(continued, here) : continued;
                            }
                            hit = continued;
                            break;
                        case OpaqueStep or TranslateStep:
                            _accepted = Most(_accepted, Least(hit, Chance.Perhaps));
                            break;
                        case AssignStep or RewriteStep or NotrackStep:
                            break;
                        default:
                            hit = Least(hit, Holds(step));
                            break;
                    }
                }
            }
            return Most(reach, returned);
        }

        private void Decide(VerdictStep verdict, Chance hit, int depth, ref Chance reach, ref Chance returned)
        {
            switch (verdict.Kind)
            {
                case VerdictKind.Accept:
                    _accepted = Most(_accepted, hit);
                    break;
                case VerdictKind.Return:
                    returned = Most(returned, hit);
                    break;
                case VerdictKind.Jump or VerdictKind.Goto:
                    var target = Target(verdict.Target);
                    var back = target is null || depth >= ChainWalk.MaximumDepth ? Chance.Perhaps : Walk(target, hit, depth + 1);
                    returned = verdict.Kind == VerdictKind.Goto ? Most(returned, back) : returned;
                    reach = verdict.Kind == VerdictKind.Jump
                        ? Most(Least(reach, Opposite(hit)), back)
                        : Least(reach, Opposite(hit));
                    return;
                case VerdictKind.Continue:
                    return;
            }
            reach = Least(reach, Opposite(hit));
        }

        private Chain? Target(string? name)
        {
            foreach (var chain in hooked.Table.Chains)
            {
                if (chain.Name == name)
                {
                    return chain;
                }
            }
            return null;
        }

        private Chance Holds(RuleStep step)
        {
            switch (step)
            {
                case FamilyStep family:
                    return family.IsImplied ? Chance.Perhaps : Chance.No;
                case NeverStep:
                    // It speaks of ARP, whose EtherType nft compares first.
                    return type == Arp ? Chance.Perhaps : Chance.No;
                case MatchStep match:
                    var any = Chance.No;
                    foreach (var element in match.Elements)
                    {
                        any = Most(any, Inside(match.Keys, element));
                    }
                    return match.Negated && match.Keys.All(IsKnown) ? Opposite(any)
                        : match.Negated ? Chance.Perhaps
                        : any;
                default:
                    return Chance.Perhaps;
            }
        }

        private static bool IsKnown(Key key) => IsType(key) || key is InterfaceKey;

        private Chance Inside(ImmutableArray<Key> keys, Element element)
        {
            var result = Chance.Yes;
            for (var i = 0; i < keys.Length; i++)
            {
                result = Least(result, (keys[i], element.Parts[i]) switch
                {
                    (FieldKey { Field: Field.EtherType, Mask: null }, NumberValues numbers) =>
                        ValueRange.Contains(numbers.Ranges, (UInt128)type) ? Chance.Yes : Chance.No,
                    (InterfaceKey { IsOutput: true } side, NameValues names) =>
                        classes.Matches(index, names, side.ByIndex) ? Chance.Yes : Chance.No,
                    _ => Chance.Perhaps,
                });
            }
            return result;
        }
    }
}
