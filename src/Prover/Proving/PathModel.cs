// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// Everything that happens to packets of one family on one path: the kernel's hooks in their order, and between them
/// routing, address translation and fragmentation.
/// </summary>
internal sealed class PathModel
{
    private const int RuleVisitBudget = 5_000_000;
    private const string HistoricTranslation = "an address translation of a connection from before";

    private const string Translated = "whether the connection has become a translated one (ct status)";
    private const string Rerouting = "whether a translated packet is routed elsewhere";

    /// <summary>The unknown whether a packet from the network has a mark; which: the same with <c>=</c>.</summary>
    public const string IncomingMark = "mark of an incoming packet";

    private readonly Hooks _hooks;
    private readonly PathKind _path;
    private readonly IGates _gates;
    private readonly InterfaceClasses _classes;
    private int _visits;
    private int _rerouted;

    /// <summary>Prepares a path.</summary>
    public PathModel(IGates gates, Hooks hooks, InterfaceClasses classes, PathKind path, IpFamily family)
    {
        _gates = gates;
        _hooks = hooks;
        _path = path;
        _classes = classes;
        var canReroute = path == PathKind.Output && hooks.CanReroute;
        Space = new PacketSpace(gates, family, classes.All.Length, canReroute);
        Matching = new Matching(Space, classes);
        State = new SymbolicState(Space);
        _rerouted = canReroute ? gates.False : gates.True;
    }

    /// <summary>The variables.</summary>
    public PacketSpace Space { get; }

    /// <summary>What rules match.</summary>
    public Matching Matching { get; }

    /// <summary>The packet so far; after <see cref="Run"/>, as it leaves.</summary>
    public SymbolicState State { get; }

    /// <summary>What accepted which packets.</summary>
    public List<Decision> Decisions { get; } = [];

    /// <summary>What cannot be followed.</summary>
    public List<OpaqueHit> Opaque { get; } = [];

    /// <summary>Whether rules may change destinations, or anything.</summary>
    public bool MayRewrite => _hooks.MayRewrite;

    /// <summary>Whether source ports may change.</summary>
    public bool HasNat => _hooks.HasNat;

    /// <summary>The unknown whether the connection was translated at a hook before these rules.</summary>
    public static string MappedKey(Hook hook) => $"{hook} nat mapped";

    /// <summary>The packets that the path can carry at all.</summary>
    public int World(bool noRawSockets)
    {
        return new World(_gates, Space, _classes, _hooks).Of(_path, noRawSockets);
    }

    /// <summary>Follows a region of packets to the wire.</summary>
    /// <returns>Those that leave.</returns>
    public int Run(int region)
    {
        switch (_path)
        {
            case PathKind.Output:
                PrepareTranslated(Hook.Output);
                region = Visit(Hook.Output, region);
                region = _gates.And(region, _gates.Or(_rerouted, BitVectors.Equal(
                    _gates, State.Bits(Field.OutInterface), State.Bits(Field.RoutedInterface))));
                region = Visit(Hook.Postrouting, region);
                break;
            case PathKind.Forward:
                PrepareForwarded();
                PrepareTranslated(Hook.Prerouting);
                region = TakeHop(Routed(Visit(Hook.Prerouting, region)));
                region = Visit(Hook.Postrouting, Visit(Hook.Forward, region));
                break;
        }
        return new EgressStage(this, _hooks, _gates, _classes).Run(region);
    }

    /// <summary>Walks one base chain.</summary>
    public int Walk(HookedChain hooked, int region, string suffix = "")
    {
        if (_gates.IsFalse(region))
        {
            return region;
        }
        var context = HookContext.Of(_path, hooked.Base);
        var before = hooked.Base.Type == ChainType.Route ? State.Copy() : null;
        var walk = new ChainWalk(this, hooked.Table, hooked.Chain, context, hooked.Name + suffix);
        var accepted = walk.Run(region);
        if (before is not null)
        {
            var changed = _gates.Or(walk.Rewritten, Changed(before, Field.Mark));
            _rerouted = _gates.Or(_rerouted, _gates.And(region, changed));
        }
        return accepted;
    }

    /// <summary>Translates an address of a packet.</summary>
    public void Translate(TranslateStep step, int where, string place)
    {
        var field = step.IsDestination ? Field.Destination : Field.Source;
        var width = Fields.Width(field, Space.Family);
        if (step.IsDestination)
        {
            // ip_route_me_harder: a packet with another destination is routed again.
            _rerouted = _gates.Or(_rerouted, _gates.And(where, Space.Unknown(place + "!", Rerouting)));
        }
        var known = step.ToThisMachine ? AddressRanges.Loopback(Space.Family)[0].Low | 1 : step.Address;
        var address = known is { } constant
            ? BitVectors.Constant(_gates, constant, width)
            : Space.UnknownVector(place + "@", "the address that a translation chooses", width);
        State.Assign(field, where, address);
        if (step.Port is null && step.KeepsPort)
        {
            return;
        }
        var port = step.Port is { } number
            ? BitVectors.Constant(_gates, number, 16)
            : Space.UnknownVector(place + ":", "the port that a translation chooses", 16);
        var transport = State.Bits(Field.Transport);
        int[] changed = step.IsDestination ? [.. transport[..16], .. port] : [.. port, .. transport[16..]];
        State.Assign(Field.Transport, _gates.And(where, HasPorts()), changed);
    }

    /// <summary>Notes that packets reached something that cannot be followed, which may make the kernel route again.</summary>
    public void Lose(OpaqueHit hit)
    {
        Opaque.Add(hit);
        _rerouted = _gates.Or(_rerouted, hit.Where);
    }

    /// <summary>Counts the visit of a rule.</summary>
    /// <exception cref="BudgetException">Jumps multiply the rules beyond the budget.</exception>
    public void Spend()
    {
        if (++_visits > RuleVisitBudget)
        {
            throw new BudgetException($"the chains visit more than {RuleVisitBudget} rules");
        }
    }

    private int HasPorts()
    {
        return BitVectors.InRanges(_gates, State.Bits(Field.Protocol), TranslateStep.WithPorts.AsSpan());
    }

    private int Routed(int region)
    {
        return Space.Family == IpFamily.Ip6 ? region : _gates.Difference(region, _gates.Or(
            BitVectors.InRanges(_gates, State.Bits(Field.Destination), AddressRanges.Unforwarded4.AsSpan()),
            BitVectors.InRanges(_gates, State.Bits(Field.Source), AddressRanges.NoSource4.AsSpan())));
    }

    // net/ipv4/ip_forward.c, net/ipv6/ip6_output.c: a packet without a life left goes no further.
    private int TakeHop(int region)
    {
        var life = State.Bits(Field.HopLimit);
        var isAlive = BitVectors.InRanges(_gates, life, [new ValueRange(2, 255)]);
        State.Set(Field.HopLimit, BitVectors.Decremented(_gates, life));
        return _gates.And(region, isAlive);
    }

    private int Visit(Hook hook, int region)
    {
        foreach (var turn in _hooks.TurnsAt(hook))
        {
            region = turn.Walk(this, region, (hooked, packets) => hooked is null
                ? Nat(hook, packets, isDestination: hook != Hook.Postrouting)
                : Walk(hooked, packets));
        }
        return region;
    }

    // A packet of a translated connection is modelled by the destination that it gets: what chains before the
    // translation see is another, free one. Nearly nobody looks there, so the usual case costs one variable.
    private void PrepareTranslated(Hook hook)
    {
        if (_hooks.HasNat && _hooks.At(hook, isNat: false).Any(h => h.Base.Priority <= Hooks.DestinationNatPriority))
        {
            var mapped = History(MappedKey(hook));
            State.Assign(Field.Destination, mapped, Space.UnknownVector(
                MappedKey(hook) + "@", HistoricTranslation, Bits(Field.Destination).Length, isHistory: true));
            State.Assign(Field.Transport, mapped, Space.UnknownVector(
                MappedKey(hook) + ":", HistoricTranslation, 32, isHistory: true));
        }
    }

    private int[] Bits(Field field) => Space.Bits(field);

    private int History(string key) => Space.Unknown(key, HistoricTranslation, isHistory: true);

    // nf_nat_inet_fn (net/netfilter/nf_nat_core.c): chains are asked for the first packet of a connection only, and
    // until one of them sets a translation up; later packets are translated as the first one was.
    private int Nat(Hook hook, int region, bool isDestination)
    {
        if (!_hooks.HasNat || _gates.IsFalse(region))
        {
            return region;
        }
        var state = State.Bits(Field.ConnectionState);
        var isTracked = BitVectors.InRanges(
            _gates, state, [new ValueRange((int)ConnectionState.New, (int)ConnectionState.Related)]);
        var isKnown = _gates.Or(
            BitVectors.Equal(_gates, state, (UInt128)(int)ConnectionState.Established), History($"{hook} nat known"));
        var known = _gates.And(_gates.And(region, isTracked), isKnown);
        var asked = _gates.And(region, _gates.Difference(isTracked, isKnown));
        var passed = _gates.Difference(region, asked);
        var mapped = History(MappedKey(hook));
        if (isDestination)
        {
            State.Set(Field.Destination, Bits(Field.Destination));
            State.Set(Field.Transport, Bits(Field.Transport));
            passed = _gates.And(passed, _gates.Or(_gates.Not(mapped), known));
            asked = _gates.Difference(asked, mapped);
            _rerouted = _gates.Or(_rerouted, _gates.And(_gates.And(known, mapped), History($"{hook} nat rerouted")));
        }
        else
        {
            TranslateSource(_gates.And(known, mapped), MappedKey(hook));
        }
        passed = _gates.Or(passed, AskNat(hook, asked));
        NoteTranslation(hook, asked, isDestination);
        return passed;
    }

    // A connection that was asked for its translation may be a translated one since (nf_nat_setup_info).
    private void NoteTranslation(Hook hook, int asked, bool isDestination)
    {
        if (!_hooks.AsksForStatus)
        {
            return;
        }
        var bits = State.Bits(Field.ConnectionStatus).ToArray();
        var place = bits.Length - 1 - Hooks.TranslationStatus(isDestination); // the first is the most significant
        bits[place] = _gates.Or(bits[place], _gates.And(asked, Space.Unknown($"{hook} nat status", Translated)));
        State.Set(Field.ConnectionStatus, bits);
    }

    private int AskNat(Hook hook, int asked)
    {
        var passed = _gates.False;
        foreach (var turn in _hooks.TranslationsAt(hook))
        {
            asked = turn.Walk(this, asked, (hooked, packets) =>
            {
                var (accepted, translated) = AskNat(hooked!, packets);
                passed = _gates.Or(passed, translated);
                return _gates.Difference(accepted, translated);
            });
        }
        return _gates.Or(passed, asked);
    }

    private (int Accepted, int Translated) AskNat(HookedChain hooked, int asked)
    {
        // Whatever its own priority, a nat chain is asked where addresses are translated, behind connection tracking.
        var context = HookContext.Of(_path, hooked.Base) with { IsTracked = true };
        var walk = new ChainWalk(this, hooked.Table, hooked.Chain, context, hooked.Name);
        var accepted = walk.Run(asked);
        return (accepted, _gates.And(accepted, walk.Translated));
    }

    private void TranslateSource(int where, string place)
    {
        State.Assign(Field.Source, where, Space.UnknownVector(
            place + "@", HistoricTranslation, Bits(Field.Source).Length, isHistory: true));
        var port = Space.UnknownVector(place + ":", HistoricTranslation, 16, isHistory: true);
        State.Assign(Field.Transport, _gates.And(where, HasPorts()), [.. port, .. State.Bits(Field.Transport)[16..]]);
    }

    private int Changed(SymbolicState before, Field field)
    {
        return _gates.Not(BitVectors.Equal(_gates, before.Bits(field), State.Bits(field)));
    }

    // A packet from the network has no socket. It may have a mark: of rules on its way in, of the tunnel's outer packet, or
    // of its sender's, if both ends of a veth pair are in this namespace (net/core/skbuff.c, skb_scrub_packet).
    private void PrepareForwarded()
    {
        State.Set(Field.HasSocket, [_gates.False]);
        // Without a mark it comes if its sender likes; with one, nobody knows which it can have.
        var isMarked = Space.Unknown(IncomingMark, "a mark set before prerouting", isHistory: true);
        State.Set(Field.Mark, BitVectors.Constant(_gates, 0, 32));
        State.Assign(Field.Mark, isMarked, Space.UnknownVector(IncomingMark + "=", "a mark set before prerouting", 32));
    }
}
