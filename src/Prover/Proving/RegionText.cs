// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>A region in words, field by field: "any user, any destination, state established".</summary>
internal sealed class RegionText(DecisionDiagram diagram, PathModel model, InterfaceClasses classes, PathKind path)
{
    private const int MostRanges = 6;

    /// <summary>Describes a region. Each field is projected on its own, so the words cover at least the region.</summary>
    public string Of(int region)
    {
        var parts = new List<string>();
        if (path == PathKind.Forward)
        {
            parts.Add(Interfaces("from", region, Field.InInterface));
        }
        parts.Add(Interfaces("out of", region, Field.RoutedInterface));
        if (path == PathKind.Output)
        {
            parts.Add(Users(region));
        }
        parts.AddRange(Packets(region));
        AddIfNarrow(parts, "source", region, FieldKey.Whole(Field.Source, model.Space.Family), Address);
        AddIfNarrow(parts, "traffic class", region, FieldKey.Whole(Field.TrafficClass), Hexadecimal);
        AddIfNarrow(parts, "mark", region, FieldKey.Whole(Field.Mark), Hexadecimal);
        AddIfNarrow(parts, "connection mark", region, FieldKey.Whole(Field.ConnectionMark), Hexadecimal);
        if (Projected(region, FieldKey.FragmentPlace) is [{ Low: var low }, ..] && low > 0)
        {
            parts.Add("later fragments only");
        }
        if (Projected(region, FieldKey.Whole(Field.EgressForm)) is [{ Low: var form }, ..] && form > 0)
        {
            parts.Add("fragmented on the way out");
        }
        return string.Join(", ", parts);
    }

    // Field by field; or "any packet", where a packet socket may send whatever it likes.
    private string[] Packets(int region)
    {
        string[] fields =
        [
            Numbers("protocol", region, FieldKey.Whole(Field.Protocol), Protocol),
            Numbers("destination", region, FieldKey.Whole(Field.Destination, model.Space.Family), Address),
            Numbers("destination port", region, FieldKey.DestinationPort, Decimal),
            States(region),
        ];
        return path == PathKind.PacketSocket && fields is
            ["any protocol", "any destination", "any destination port", "any state"] ? ["any packet"] : fields;
    }

    private string Address(UInt128 value) => AddressRanges.ToAddress(value, model.Space.Family).ToString();

    private static string Decimal(UInt128 value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hexadecimal(UInt128 value) => $"0x{value:x}";

    private static string Protocol(UInt128 value) => (int)value switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "ipv6-icmp",
        _ => Decimal(value),
    };

    private string Users(int region)
    {
        var hasSocket = model.Space.Bits(Field.HasSocket)[0];
        var owned = diagram.And(region, hasSocket);
        if (owned == diagram.False)
        {
            return "no socket";
        }
        var users = Numbers("user", owned, FieldKey.Whole(Field.Uid), Decimal);
        return diagram.Difference(region, hasSocket) == diagram.False ? users : users + " or no socket";
    }

    private string States(int region)
    {
        var states = Projected(region, FieldKey.Whole(Field.ConnectionState));
        var members = Enum.GetValues<ConnectionState>().Where(s => ValueRange.Contains(states, (UInt128)(int)s)).ToList();
        return members.Count == Enum.GetValues<ConnectionState>().Length
            ? "any state"
            : "state " + string.Join(" or ", members.Select(s => s.ToString().ToLowerInvariant()));
    }

    private string Interfaces(string title, int region, Field field)
    {
        var indexes = Projected(region, FieldKey.Whole(field, model.Space.Family));
        var names = Enumerable.Range(1, classes.All.Length - 1)
            .Where(i => ValueRange.Contains(indexes, (UInt128)i)).Select(i => classes.All[i]).ToList();
        var present = names.Where(c => !c.IsLater).GroupBy(c => c.Name).Select(c => Name(c.Key, [.. c])).ToList();
        var later = names.Where(c => c.IsLater).ToList();
        var shown = present.Take(MostRanges).ToList();
        if (present.Count > shown.Count)
        {
            shown.Add($"{present.Count - shown.Count} others");
        }
        if (later.Count > 0)
        {
            shown.Add("a later interface");
        }
        return $"{title} {string.Join(" or ", shown)}";
    }

    // An interface that leaks whatever it is needs no word on its kind.
    private string Name(string name, List<InterfaceClass> kinds)
    {
        return kinds.Count == classes.All.Count(c => c.Name == name && !c.IsLater)
            ? name
            : $"{name} (kind {string.Join(" or ", kinds.Select(c => c.Kind.Length > 0 ? c.Kind : "none"))})";
    }

    private void AddIfNarrow(
        List<string> parts, string title, int region, FieldKey key, Func<UInt128, string> show)
    {
        var text = Numbers(title, region, key, show);
        if (!text.StartsWith("any", StringComparison.Ordinal))
        {
            parts.Add(text);
        }
    }

    private string Numbers(string title, int region, FieldKey key, Func<UInt128, string> show)
    {
        var ranges = Projected(region, key);
        // Loopback addresses never leave, and nobody has the last number: that they are missing says nothing.
        ImmutableArray<ValueRange> unsaid = key.Field switch
        {
            Field.Destination => AddressRanges.Loopback(model.Space.Family),
            Field.Uid => [ValueRange.Exactly(uint.MaxValue)],
            _ => [],
        };
        var others = ValueRange.Complement(ranges, key.Length).RemoveRange(unsaid);
        if (others.IsEmpty)
        {
            return $"any {title}";
        }
        return others.Length < ranges.Length || others.Length == 1 && ranges.Length > 1
            ? $"any {title} but {List(others, show)}"
            : $"{title} {List(ranges, show)}";
    }

    private static string List(ImmutableArray<ValueRange> ranges, Func<UInt128, string> show)
    {
        var shown = ranges.Take(MostRanges)
            .Select(r => r.Low == r.High ? show(r.Low) : $"{show(r.Low)}-{show(r.High)}");
        var rest = ranges.Length - MostRanges;
        return string.Join(" or ", shown) + (rest > 0 ? $" or {rest} more ranges" : "");
    }

    // The values that a slice takes in the region. A region with very many ranges is cut after the first few.
    private ImmutableArray<ValueRange> Projected(int region, FieldKey key)
    {
        var levels = model.Space.Bits(key.Field).Skip(key.Offset).Take(key.Length)
            .Select(bit => bit < 2 ? -1 : diagram.Level(bit)).ToArray();
        var kept = levels.ToHashSet();
        var projection = diagram.Exists(region, level => !kept.Contains(level));
        var ranges = new List<ValueRange>();
        Collect(projection, levels, 0, UInt128.Zero, ranges);
        return ValueRange.Normalise(ranges);
    }

    private void Collect(int function, int[] levels, int depth, UInt128 floor, List<ValueRange> ranges)
    {
        if (function == diagram.False || ranges.Count > 4096)
        {
            return;
        }
        var rest = levels.Length - depth;
        if (function == diagram.True && levels.AsSpan(depth).IndexOf(-1) < 0 || rest == 0)
        {
            ranges.Add(new ValueRange(floor, floor + ValueRange.MaximumOf(rest)));
            return;
        }
        var asksHere = diagram.Level(function) == levels[depth];
        Collect(asksHere ? diagram.Branch(function, false) : function, levels, depth + 1, floor, ranges);
        if (levels[depth] >= 0)
        {
            var high = floor + (UInt128.One << (rest - 1));
            Collect(asksHere ? diagram.Branch(function, true) : function, levels, depth + 1, high, ranges);
        }
    }
}
