// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// The egress hook of the device: the last one, and the only one that sees packets after IP fragmentation.
/// </summary>
internal sealed class EgressStage(PathModel model, Hooks hooks, IGates gates, InterfaceClasses classes)
{
    private const int FragmentHeader = 44;

    /// <summary>Follows a region to the wire.</summary>
    public int Run(int region)
    {
        var chains = hooks.At(Hook.Egress, isNat: false).ToList();
        if (chains.Count == 0)
        {
            return region;
        }
        var before = model.State.Copy();
        var result = gates.False;
        foreach (var form in Enum.GetValues<EgressForm>())
        {
            Enter(form, before);
            result = gates.Or(result, Run(chains, gates.And(region, IsForm(form)), form));
        }
        Enter(EgressForm.Whole, before);
        return result;
    }

    private int Run(List<HookedChain> chains, int region, EgressForm form)
    {
        foreach (var hooked in chains)
        {
            var covered = Covered(hooked, form);
            var passed = gates.Difference(region, covered);
            region = gates.Or(passed, model.Walk(hooked, gates.And(region, covered), $" ({form})"));
        }
        return region;
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
        model.State.Set(Field.NextHeader, isSplit && !isIp4
            ? BitVectors.Constant(gates, FragmentHeader, 8)
            : before.Bits(Field.NextHeader));
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
