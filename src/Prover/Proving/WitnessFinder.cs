// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// Picks from a region a packet that a test can send: any point of a diagram is a proof, but few are a UDP datagram of
/// an ordinary user to a documentation address.
/// </summary>
internal sealed class WitnessFinder(
    DecisionDiagram diagram, PathModel model, InterfaceClasses classes, PathKind path, uint tunnelUid,
    ImmutableArray<IPAddress> ownAddresses)
{
    private const int NeitherSpecialPort = 40_000;

    /// <summary>A packet of a region that is not empty, and the values of the unknowns that let it through.</summary>
    public (Packet Packet, IReadOnlyDictionary<int, bool> Point) Find(int region)
    {
        foreach (var preference in Preferences())
        {
            var preferred = diagram.And(region, preference());
            region = preferred == diagram.False ? region : preferred;
        }
        var point = diagram.AnyPoint(region);
        return (ToPacket(model, classes, path, point), point);
    }

    /// <summary>The packet of a point; what the point leaves open is 0.</summary>
    public static Packet ToPacket(
        PathModel model, InterfaceClasses classes, PathKind path, IReadOnlyDictionary<int, bool> point)
    {
        var values = Fields.All.Select(_ => UInt128.Zero).ToArray();
        foreach (var (level, value) in point)
        {
            if (value && model.Space.IsPacket(level))
            {
                var (field, bit) = model.Space.Levels[level];
                values[(int)field] |= UInt128.One << (Fields.Width(field, model.Space.Family) - 1 - bit);
            }
        }
        var group = model.Space.Unknowns.FirstOrDefault(unknown =>
            CgroupStep.IsKey(unknown.Key) && point.GetValueOrDefault(unknown.Level));
        var routed = classes.All[(int)values[(int)Field.RoutedInterface]];
        var isRerouted = model.Space.Bits(Field.OutInterface) != model.Space.Bits(Field.RoutedInterface)
            && values[(int)Field.OutInterface] != values[(int)Field.RoutedInterface];
        var stale = isRerouted ? classes.All[(int)values[(int)Field.OutInterface]] : null;
        var came = path == PathKind.Forward ? classes.All[(int)values[(int)Field.InInterface]] : classes.All[0];
        return new Packet
        {
            Path = path,
            Family = model.Space.Family,
            OutInterface = routed.Name,
            ControlGroup = group is null ? "" : CgroupStep.GroupOf(group.Key),
            OutKind = routed.Kind,
            StaleKind = stale?.Kind ?? "",
            InKind = came.Kind,
            IsLaterOut = routed.IsLater,
            StaleOutInterface = stale?.Name,
            FormerDestination = FormerDestination(model, path, point),
            IsLaterStale = stale?.IsLater ?? false,
            InInterface = came.Name,
            IsLaterIn = came.IsLater,
            Values = [.. values],
        };
    }

    /// <summary>What must be so before the packet is sent.</summary>
    public static StateRecipe RecipeOf(Packet packet)
    {
        if (packet.IsLaterFragment || packet[Field.EgressForm] != (UInt128)(int)EgressForm.Whole)
        {
            return StateRecipe.Fragment;
        }
        if (packet[Field.Truncated] == 1 || packet[Field.TransportUnknown] == 1
            || packet is { Path: PathKind.Output, ConnectionState: ConnectionState.Invalid })
        {
            return StateRecipe.Raw;
        }
        if (packet.ConnectionState is ConnectionState.Established or ConnectionState.Related)
        {
            return packet[Field.ConnectionDirection] == 1 ? StateRecipe.InboundFirst : StateRecipe.FlowBeforeLoad;
        }
        if (packet is { Path: PathKind.Output, Uid: null })
        {
            return StateRecipe.InboundFirst;
        }
        return packet is { Path: PathKind.Output, Mark: not 0 } ? StateRecipe.Mark : StateRecipe.None;
    }

    // Where no rule asks for it, it is any: one of the documentation's.
    private static IPAddress? FormerDestination(PathModel model, PathKind path, IReadOnlyDictionary<int, bool> point)
    {
        var mapped = PathModel.MappedKey(path == PathKind.Forward ? Hook.Prerouting : Hook.Output);
        var isSet = model.Space.Unknowns.Where(unknown => point.GetValueOrDefault(unknown.Level))
            .Select(unknown => unknown.Key).ToHashSet();
        if (!isSet.Contains(mapped))
        {
            return null;
        }
        var width = Fields.Width(Field.Destination, model.Space.Family);
        var number = Enumerable.Range(0, width).Where(bit => isSet.Contains($"{mapped}@#{bit}"))
            .Aggregate(UInt128.Zero, (sum, bit) => sum | (UInt128.One << (width - 1 - bit)));
        return number != 0 ? AddressRanges.ToAddress(number, model.Space.Family)
            : IPAddress.Parse(model.Space.Family == IpFamily.Ip4 ? "203.0.113.77" : "2001:db8:77::77");
    }

    private IEnumerable<Func<int>> Preferences()
    {
        var isIp4 = model.Space.Family == IpFamily.Ip4;
        foreach (var unknown in model.Space.Unknowns.Where(unknown => unknown.IsHistory))
        {
            yield return () => diagram.Not(diagram.Variable(unknown.Level));
        }
        // A present device before one that may come; an ordinary packet before a special one.
        yield return () => Classes(Field.RoutedInterface, c => !c.IsLater);
        yield return () => Classes(Field.InInterface, c => !c.IsLater && c.Name != "lo");
        yield return () => BitVectors.Equal(diagram,
            model.Space.Bits(Field.OutInterface), model.Space.Bits(Field.RoutedInterface));
        yield return () => Is(Field.EgressForm, (int)EgressForm.Whole);
        yield return () => Is(Field.Truncated, 0);
        yield return () => Is(Field.TransportUnknown, 0);
        yield return () => Is(Field.FragmentOffset, 0);
        yield return () => Is(Field.ConnectionState, (int)ConnectionState.New);
        yield return () => Is(Field.ConnectionState, (int)ConnectionState.Established);
        yield return () => Is(Field.ConnectionDirection, 0);
        yield return () => Is(Field.HasSocket, 1);
        yield return () => Is(Field.Mark, 0);
        yield return () => Is(Field.ConnectionMark, 0);
        foreach (var uid in new uint[] { 1000, 65534, 1001, 0, tunnelUid })
        {
            yield return () => diagram.Or(diagram.Not(model.Space.Bits(Field.HasSocket)[0]), Is(Field.Uid, uid));
        }
        yield return () => Is(Field.Gid, 1000);
        yield return () => diagram.Not(Is(Field.Uid, tunnelUid));
        // What the kernel sends of its own accord when it is asked: answers to echo requests.
        yield return () => diagram.Or(model.Space.Bits(Field.HasSocket)[0], Is(Field.Protocol, isIp4 ? 1u : 58u));
        yield return () => diagram.Or(
            model.Space.Bits(Field.HasSocket)[0], Slice(0, 16, isIp4 ? 0u : 129u << 8));
        foreach (var protocol in new[] { 17, 6, model.Space.Family == IpFamily.Ip4 ? 1 : 58 })
        {
            yield return () => Is(Field.Protocol, (UInt128)protocol);
        }
        yield return () => BitVectors.Equal(
            diagram, model.Space.Bits(Field.NextHeader), model.Space.Bits(Field.Protocol));
        foreach (var preference in Addresses().Concat(Ports()))
        {
            yield return preference;
        }
        yield return () => Is(Field.HopLimit, 64);
        yield return () => Is(Field.TrafficClass, 0);
        yield return () => Is(Field.ConnectionStatus, 0);
        // Where the second piece of a datagram begins on Ethernet, in units of eight bytes.
        yield return () => Is(Field.EgressFragment, isIp4 ? 185u : 181u);
    }

    private IEnumerable<Func<int>> Addresses()
    {
        var isIp4 = model.Space.Family == IpFamily.Ip4;
        foreach (var text in isIp4 ? ["198.51.100.7", "203.0.113.9"] : new[] { "2001:db8:ffff::7", "2001:db8::9" })
        {
            yield return () => Is(Field.Destination, AddressRanges.ToNumber(IPAddress.Parse(text)));
        }
        string[] documentation = isIp4 ? ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"] : ["2001:db8::/32"];
        foreach (var network in documentation)
        {
            yield return () => In(Field.Destination, [AddressRanges.Of(IPNetwork.Parse(network))]);
        }
        yield return () => diagram.Not(In(Field.Destination, isIp4 ? Special4 : Special6));
        // Not a network's own address.
        yield return () => BitVectors.Equal(
            diagram, model.Space.Bits(Field.Destination).AsSpan(model.Space.Bits(Field.Destination).Length - 8), 7);
        // A forwarded packet comes from somebody else.
        var own = path == PathKind.Output ? ownAddresses : [];
        foreach (var source in own.Append(IPAddress.Parse(isIp4 ? "192.0.2.2" : "2001:db8::2")))
        {
            yield return () => AddressRanges.FamilyOf(source) == model.Space.Family
                ? Is(Field.Source, AddressRanges.ToNumber(source))
                : diagram.True;
        }
    }

    private IEnumerable<Func<int>> Ports()
    {
        // ICMP: an echo request.
        var echo = model.Space.Family == IpFamily.Ip4 ? 8u : 128u;
        yield return () => diagram.Or(In(Field.Protocol, [new(6, 6), new(17, 17)]), Slice(0, 16, echo << 8));
        yield return () => diagram.And(
            In(Field.Protocol, [new(6, 6), new(17, 17)]), Slice(16, 16, [new(4000, 4999)]));
        yield return () => Slice(16, 16, 4242);
        yield return () => Slice(16, 16, [new(1, ushort.MaxValue)]);
        yield return () => Slice(0, 16, [new(NeitherSpecialPort, 60_999)]);
        yield return () => Slice(0, 16, 40_404);
        // TCP: the first segment of a connection has SYN, those of one that is known ACK.
        yield return () => diagram.Or(diagram.Not(Is(Field.Protocol, 6)), diagram.Or(
            diagram.And(Is(Field.ConnectionState, (int)ConnectionState.Established), Is(Field.TcpFlags, 0x10)),
            diagram.Difference(Is(Field.TcpFlags, 2), Is(Field.ConnectionState, (int)ConnectionState.Established))));
    }

    // Not hosts: this network, loopback, groups and the reserved rest.
    private static ImmutableArray<ValueRange> Special4 { get; } = ValueRange.Normalise(
        [AddressRanges.Of(IPNetwork.Parse("0.0.0.0/8")), AddressRanges.Of(IPNetwork.Parse("127.0.0.0/8")),
            AddressRanges.Of(IPNetwork.Parse("224.0.0.0/3"))]);

    private static ImmutableArray<ValueRange> Special6 { get; } = ValueRange.Normalise(
        [AddressRanges.Of(IPNetwork.Parse("::/8")), AddressRanges.Of(IPNetwork.Parse("ff00::/8"))]);

    private int Classes(Field field, Func<InterfaceClass, bool> isMeant)
    {
        var members = Enumerable.Range(0, classes.All.Length).Where(i => isMeant(classes.All[i]));
        return In(field, ValueRange.Normalise(members.Select(i => ValueRange.Exactly((UInt128)(uint)i))));
    }

    private int Is(Field field, UInt128 value) => BitVectors.Equal(diagram, model.Space.Bits(field), value);

    private int In(Field field, ImmutableArray<ValueRange> ranges)
    {
        return BitVectors.InRanges(diagram, model.Space.Bits(field), ranges.AsSpan());
    }

    private int Slice(int offset, int length, UInt128 value)
    {
        return Slice(offset, length, [ValueRange.Exactly(value)]);
    }

    private int Slice(int offset, int length, ImmutableArray<ValueRange> ranges)
    {
        var bits = model.Space.Bits(Field.Transport).AsSpan(offset, length);
        return BitVectors.InRanges(diagram, bits, ranges.AsSpan());
    }
}
