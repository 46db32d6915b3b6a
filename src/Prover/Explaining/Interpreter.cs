// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>What becomes of one packet.</summary>
/// <param name="Leaves">Whether it gets to the wire.</param>
/// <param name="IsPossible">
/// Whether the path can carry it as described: a stale output interface needs a re-route.
/// </param>
/// <param name="Trace">Each rule that it hit.</param>
/// <param name="Opaque">What cannot be followed and was hit.</param>
public sealed record Explanation(
    bool Leaves, bool IsPossible, ImmutableArray<TraceEntry> Trace, ImmutableArray<string> Opaque);

/// <summary>
/// Sends one packet through the rules on paper: which rule, which chain, which verdict. It is the predictor of a replay
/// and, since it shares no code with the diagrams, the oracle of their tests.
/// </summary>
public static class Interpreter
{
    private const int Established = (int)ConnectionState.Established;
    private const int Related = (int)ConnectionState.Related;

    /// <summary>Explains a packet; every unknown does not match.</summary>
    public static Explanation Explain(Ruleset ruleset, Packet packet) => Explain(ruleset, packet, _ => false);

    /// <summary>Explains a packet.</summary>
    /// <param name="ruleset">The rules.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="unknown">What each unknown does, by its place.</param>
    internal static Explanation Explain(Ruleset ruleset, Packet packet, Func<string, bool> unknown)
    {
        var hooks = new Hooks(ruleset, packet.Family);
        var flight = new Flight(packet, unknown);
        var isPossible = true;
        var leaves = packet.Path switch
        {
            PathKind.Output => Output(hooks, flight, out isPossible),
            PathKind.Forward => Forward(hooks, flight),
            _ => true,
        };
        leaves = leaves && isPossible && Egress(hooks, flight);
        return new Explanation(leaves, isPossible, [.. flight.Trace], [.. flight.Opaque]);
    }

    private static bool Output(Hooks hooks, Flight flight, out bool isPossible)
    {
        var isStale = flight.Packet.StaleOutInterface is not null;
        flight.Out = flight.Packet.StaleOutInterface ?? flight.Packet.OutInterface;
        flight.IsLaterOut = isStale ? flight.Packet.IsLaterStale : flight.Packet.IsLaterOut;
        flight.OutKind = isStale ? flight.Packet.StaleKind : flight.Packet.OutKind;
        isPossible = true;
        PrepareTranslated(hooks, Hook.Output, flight);
        if (!Visit(hooks, Hook.Output, flight))
        {
            return false;
        }
        isPossible = flight.IsRerouted || !isStale;
        Route(flight);
        return Visit(hooks, Hook.Postrouting, flight);
    }

    private static bool Forward(Hooks hooks, Flight flight)
    {
        flight.In = flight.Packet.InInterface;
        flight[Field.HasSocket] = 0;
        flight[Field.Mark] = flight.Unknown(PathModel.IncomingMark) ? flight.UnknownNumber(PathModel.IncomingMark + "=", 32) : 0;
        PrepareTranslated(hooks, Hook.Prerouting, flight);
        if (!Visit(hooks, Hook.Prerouting, flight))
        {
            return false;
        }
        if (flight.Packet.Family == IpFamily.Ip4 && (ValueRange.Contains(AddressRanges.Unforwarded4, flight[Field.Destination])
            || ValueRange.Contains(AddressRanges.NoSource4, flight[Field.Source])))
        {
            return false;
        }
        // net/ipv4/ip_forward.c, net/ipv6/ip6_output.c: between the two hooks a hop is taken from the packet's life.
        if (flight[Field.HopLimit] <= 1)
        {
            return false;
        }
        flight[Field.HopLimit]--;
        Route(flight);
        return Visit(hooks, Hook.Forward, flight) && Visit(hooks, Hook.Postrouting, flight);
    }

    private static void Route(Flight flight)
    {
        flight.Out = flight.Packet.OutInterface;
        flight.OutKind = flight.Packet.OutKind;
        flight.IsLaterOut = flight.Packet.IsLaterOut;
    }

    // Where unknowns do not match, of chains with the same priority the last listed is first, as in the kernel if it was
    // registered last.
    private static bool Visit(Hooks hooks, Hook hook, Flight flight)
    {
        return hooks.TurnsAt(hook).SelectMany(turn => turn.Ordered(flight.Unknown)).All(hooked => hooked is null
            ? Nat(hooks, hook, flight, isDestination: hook != Hook.Postrouting)
            : Filter(hooked, flight));
    }

    private static bool Filter(HookedChain hooked, Flight flight)
    {
        var mark = flight[Field.Mark];
        flight.IsTracked = HookContext.Of(flight.Packet.Path, hooked.Base).IsTracked;
        var chain = new ConcreteChain(hooked, flight, hooked.Name);
        if (!chain.Accepts())
        {
            return false;
        }
        flight.IsRerouted |= hooked.Base.Type == ChainType.Route
            && (chain.IsRewritten || mark != flight[Field.Mark]);
        return true;
    }

    // A packet of a translated connection carries the destination that it gets; chains before that see another one.
    private static void PrepareTranslated(Hooks hooks, Hook hook, Flight flight)
    {
        if (hooks.HasNat && flight.Unknown($"{hook} nat mapped"))
        {
            var width = Fields.Width(Field.Destination, flight.Packet.Family);
            flight[Field.Destination] = flight.UnknownNumber($"{hook} nat mapped@", width);
            flight[Field.Transport] = flight.UnknownNumber($"{hook} nat mapped:", 32);
        }
    }

    private static bool Nat(Hooks hooks, Hook hook, Flight flight, bool isDestination)
    {
        if (!hooks.HasNat)
        {
            return true;
        }
        var isMapped = flight.Unknown($"{hook} nat mapped");
        var isKnown = flight[Field.ConnectionState] <= Related
            && (flight[Field.ConnectionState] == Established || flight.Unknown($"{hook} nat known"));
        if (isDestination)
        {
            flight[Field.Destination] = flight.Packet[Field.Destination];
            flight[Field.Transport] = flight.Packet[Field.Transport];
            flight.IsRerouted |= isKnown && isMapped && flight.Unknown($"{hook} nat rerouted");
            if (isMapped && !isKnown)
            {
                return false;
            }
        }
        else if (isKnown && isMapped)
        {
            Translation.Apply(
                new TranslateStep(isDestination, null, null, KeepsPort: false), flight, $"{hook} nat mapped");
        }
        return isKnown || flight[Field.ConnectionState] > Related || FirstPacket(hooks, hook, flight, isDestination);
    }

    private static bool FirstPacket(Hooks hooks, Hook hook, Flight flight, bool isDestination)
    {
        flight.IsTracked = true;
        foreach (var hooked in hooks.TranslationsAt(hook).SelectMany(turn => turn.Ordered(flight.Unknown)))
        {
            var chain = new ConcreteChain(hooked!, flight, hooked!.Name);
            if (!chain.Accepts())
            {
                return false;
            }
            if (chain.IsTranslated)
            {
                break;
            }
        }
        if (hooks.AsksForStatus && flight.Unknown($"{hook} nat status"))
        {
            flight[Field.ConnectionStatus] |= UInt128.One << Hooks.TranslationStatus(isDestination);
        }
        return true;
    }

    private static bool Egress(Hooks hooks, Flight flight)
    {
        var form = (EgressForm)(int)flight.Packet[Field.EgressForm];
        Route(flight);
        flight.In = "";
        flight.IsTracked = false;
        Split(flight, form);
        foreach (var hooked in hooks.TurnsAt(Hook.Egress).SelectMany(turn => turn.Ordered(flight.Unknown)))
        {
            var isCovered = hooked!.Base.Devices is { } devices
                ? devices.Any(device => (device.IsPrefix || hooked.Base.HasLaterDevices || !flight.IsLaterOut) && device.Matches(flight.Out))
                : flight.Unknown($"{hooked.Name} ({form}) devices");
            if (isCovered && !new ConcreteChain(hooked, flight, $"{hooked.Name} ({form})").Accepts())
            {
                return false;
            }
        }
        return true;
    }

    private static void Split(Flight flight, EgressForm form)
    {
        var isIp4 = flight.Packet.Family == IpFamily.Ip4;
        if (form == EgressForm.Whole)
        {
            return;
        }
        // These stay before the fragment header: hop-by-hop options, routing, destination options.
        var staysFirst = flight[Field.NextHeader] == 0 || flight[Field.NextHeader] == 43 || flight[Field.NextHeader] == 60;
        flight[Field.NextHeader] = isIp4 || staysFirst ? flight[Field.NextHeader] : 44;
        if (form == EgressForm.FirstFragment)
        {
            flight[Field.FragmentOffset] = isIp4 ? (UInt128)0x2000 : 0;
            return;
        }
        flight[Field.Transport] = flight.Packet[Field.EgressTransport];
        flight[Field.FragmentOffset] = flight.Packet[Field.EgressFragment];
    }
}
