// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// The egress hook of the device: the last one, and the only one that sees packets after IP fragmentation.
/// </summary>
internal sealed class EgressStage(PathModel model, Hooks hooks, IGates gates, InterfaceClasses classes)
{
    private const int FragmentHeader = 44;

    // Hop-by-hop options, routing and destination options stay before a fragment header (net/ipv6/output_core.c,
    // ip6_find_1stfragopt).
    private static readonly ImmutableArray<ValueRange> HeadersBefore =
        [ValueRange.Exactly(0), ValueRange.Exactly(43), ValueRange.Exactly(60)];

    /// <summary>Follows a region to the wire.</summary>
    public int Run(int region)
    {
        var turns = hooks.TurnsAt(Hook.Egress).ToList();
        if (turns.Count == 0)
        {
            return region;
        }
        var before = model.State.Copy();
        var result = gates.False;
        foreach (var form in Enum.GetValues<EgressForm>())
        {
            Enter(form, before);
            result = gates.Or(result, Run(turns, gates.And(region, IsForm(form)), form));
        }
        Enter(EgressForm.Whole, before);
        return result;
    }

    private int Run(List<Turn> turns, int region, EgressForm form)
    {
        foreach (var turn in turns)
        {
            region = turn.Walk(model, region, (hooked, packets) => Pass(hooked!, packets, form));
        }
        return region;
    }

    private int Pass(HookedChain hooked, int region, EgressForm form)
    {
        var covered = Covered(hooked, form);
        var passed = gates.Difference(region, covered);
        return gates.Or(passed, model.Walk(hooked, gates.And(region, covered), $" ({form})"));
    }

    private int Covered(HookedChain hooked, EgressForm form)
    {
        if (hooked.Base.Devices is not { } devices)
        {
            return model.Space.Unknown($"{hooked.Name} ({form}) devices",
                $"the devices of chain {hooked.Name}, which the JSON listing omits: give the text listing too");
        }
        var names = new NameValues([.. devices.Where(device => !device.IsPrefix)]);
        var prefixes = new NameValues([.. devices.Where(device => device.IsPrefix)]);
        var covered = Enumerable.Range(1, classes.All.Length - 1).Where(i =>
            classes.Matches(i, names, byIndex: !hooked.Base.HasLaterDevices) || classes.Matches(i, prefixes, byIndex: false));
        var ranges = ValueRange.Normalise(covered.Select(i => ValueRange.Exactly((UInt128)(uint)i)));
        return BitVectors.InRanges(gates, model.State.Bits(Field.RoutedInterface), ranges.AsSpan());
    }

    private void Enter(EgressForm form, SymbolicState before)
    {
        var isIp4 = model.Space.Family == IpFamily.Ip4;
        var isSplit = form != EgressForm.Whole;
        model.State.Set(Field.Transport, form == EgressForm.LaterFragment
            ? model.Space.Bits(Field.EgressTransport)
            : before.Bits(Field.Transport));
        var next = before.Bits(Field.NextHeader);
        model.State.Set(Field.NextHeader, isSplit && !isIp4
            ? BitVectors.Select(gates, BitVectors.InRanges(gates, next, HeadersBefore.AsSpan()),
                next, BitVectors.Constant(gates, FragmentHeader, 8))
            : next);
        model.State.Set(Field.FragmentOffset, form switch
        {
            EgressForm.Whole => before.Bits(Field.FragmentOffset),
            // More fragments (RFC 791), offset 0.
            EgressForm.FirstFragment => BitVectors.Constant(gates, isIp4 ? (UInt128)0x2000 : 0, 16),
            _ => model.Space.Bits(Field.EgressFragment),
        });
    }

    private int IsForm(EgressForm form)
    {
        return BitVectors.Equal(gates, model.Space.Bits(Field.EgressForm), (UInt128)(int)form);
    }
}
