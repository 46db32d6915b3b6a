// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Probing;

/// <summary>Whether one packet would be a leak: the same reading of the policy as the proof's, for a single packet.</summary>
/// <param name="loaded">The rules and the interfaces.</param>
/// <param name="policy">The policy.</param>
public sealed class PolicyOracle(LoadedRuleset loaded, EgressPolicy policy)
{
    private readonly ConstantGates _gates = new();
    private readonly InterfaceClasses _classes = InterfaceClasses.Of(loaded, policy);

    /// <summary>Whether the policy forbids the packet to leave as it is.</summary>
    public bool IsLeak(Packet packet)
    {
        if (!policy.IsPhysical(packet.OutInterface))
        {
            return false;
        }
        var space = new PacketSpace(_gates, packet.Family, _classes.All.Length, canReroute: true);
        var state = new SymbolicState(space);
        foreach (var field in Fields.All.Where(field => field != Field.EtherType))
        {
            state.Set(field, BitVectors.Constant(_gates, packet[field], Fields.Width(field, packet.Family)));
        }
        var index = (UInt128)(uint)_classes.IndexOf(packet.OutInterface);
        state.Set(Field.RoutedInterface, BitVectors.Constant(
            _gates, index, Fields.Width(Field.RoutedInterface, packet.Family)));
        return new AllowedPackets(space, policy, _classes).Of(state, packet.Path) == _gates.False;
    }
}
