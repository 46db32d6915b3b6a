// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The variables of a question: each bit of each field, and one for everything that the model does not know.</summary>
internal sealed class PacketSpace
{
    // Flags of history decide whole branches: asked first, they keep the branches apart.
    private const int EarlyLevels = 8;

    private readonly Dictionary<string, UnknownVariable> _byKey = [];
    private readonly Dictionary<int, UnknownVariable> _byLevel = [];
    private readonly int[][] _bits;
    private readonly int _packetLevels;
    private int _early;
    private int _late;

    /// <summary>Lays the variables out.</summary>
    /// <param name="gates">The engine.</param>
    /// <param name="family">The packets' version.</param>
    /// <param name="interfaceCount">How many interface classes there are.</param>
    /// <param name="canReroute">Whether the output hook may be told a stale interface.</param>
    public PacketSpace(IGates gates, IpFamily family, int interfaceCount, bool canReroute)
    {
        Gates = gates;
        Family = family;
        _bits = new int[Fields.All.Count][];
        foreach (var field in Fields.All)
        {
            _bits[(int)field] = [.. Enumerable.Repeat(gates.False, Fields.Width(field, family))];
        }
        var used = BitsFor(interfaceCount);
        // Fields that are compared with each other are interleaved: their equality is then a small diagram.
        LayOut(used, canReroute ? [Field.RoutedInterface, Field.OutInterface] : [Field.RoutedInterface]);
        _bits[(int)Field.OutInterface] = Bits(canReroute ? Field.OutInterface : Field.RoutedInterface);
        LayOut(used, Field.InInterface);
        foreach (var field in Fields.All.Where(field => field is > Field.InInterface and < Field.EtherType))
        {
            if (field == Field.Protocol)
            {
                LayOut(8, Field.Protocol, Field.NextHeader);
            }
            else if (field != Field.NextHeader)
            {
                LayOut(Fields.Width(field, family), field);
            }
        }
        _bits[(int)Field.EtherType] = BitVectors.Constant(gates, Fields.EtherType(family), 16);
        _packetLevels = Levels.Count;
    }

    /// <summary>The engine.</summary>
    public IGates Gates { get; }

    /// <summary>The packets' version.</summary>
    public IpFamily Family { get; }

    /// <summary>What the model does not know, in the order of levels.</summary>
    public IReadOnlyCollection<UnknownVariable> Unknowns => _byKey.Values;

    /// <summary>The field and bit of each packet level; the first few are not the packet's.</summary>
    public List<(Field Field, int Bit)> Levels { get; } = [.. Enumerable.Repeat((Field.EtherType, 0), EarlyLevels)];

    /// <summary>The field's bits, most significant first.</summary>
    public int[] Bits(Field field) => _bits[(int)field];

    /// <summary>Whether a level belongs to the packet.</summary>
    public bool IsPacket(int level) => level >= EarlyLevels && level < _packetLevels;

    /// <summary>Whether a level belongs to an unknown that nobody chooses.</summary>
    public bool IsUnknown(int level) => !IsPacket(level) && !UnknownAt(level).IsHistory;

    /// <summary>The unknown of a level.</summary>
    public UnknownVariable UnknownAt(int level) => _byLevel[level];

    /// <summary>The variable of an unknown.</summary>
    /// <param name="key">Equal keys are one variable.</param>
    /// <param name="construct">What is unknown, in the rule's words.</param>
    /// <param name="isHistory">It depends on what was sent before, which a sender can choose.</param>
    public int Unknown(string key, string construct, bool isHistory = false)
    {
        if (!_byKey.TryGetValue(key, out var unknown))
        {
            var isEarly = isHistory && !key.Contains('#', StringComparison.Ordinal) && _early < EarlyLevels;
            unknown = new UnknownVariable(key, construct, isEarly ? _early++ : _packetLevels + _late++, isHistory);
            _byKey.Add(key, unknown);
            _byLevel.Add(unknown.Level, unknown);
        }
        return Gates.Variable(unknown.Level);
    }

    /// <summary>A vector of unknowns: keys <c>key#0</c> and so on, most significant first.</summary>
    public int[] UnknownVector(string key, string construct, int width, bool isHistory = false)
    {
        return [.. Enumerable.Range(0, width).Select(bit => Unknown($"{key}#{bit}", construct, isHistory))];
    }

    private static int BitsFor(int count)
    {
        return Math.Max(1, 32 - int.LeadingZeroCount(count - 1));
    }

    // Gives variables to the last bits of fields of equal width, bit by bit.
    private void LayOut(int used, params ReadOnlySpan<Field> fields)
    {
        var width = Bits(fields[0]).Length;
        for (var bit = width - used; bit < width; bit++)
        {
            foreach (var field in fields)
            {
                Bits(field)[bit] = Gates.Variable(Levels.Count);
                Levels.Add((field, bit));
            }
        }
    }
}

/// <summary>Something that the model does not know.</summary>
/// <param name="Key">Its place.</param>
/// <param name="Construct">The rule's words.</param>
/// <param name="Level">Its variable.</param>
/// <param name="IsHistory">It depends on what was sent before, which a sender can choose.</param>
internal sealed record UnknownVariable(string Key, string Construct, int Level, bool IsHistory);
