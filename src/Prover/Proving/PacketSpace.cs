// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The variables of a question: each bit of each field, and one for everything that the model does not know.</summary>
internal sealed class PacketSpace
{
    private readonly Dictionary<string, int> _unknownLevels = [];
    private readonly List<UnknownVariable> _unknowns = [];
    private readonly int[][] _bits;
    private readonly int _packetLevels;

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
        LayOutInterfaces(interfaceCount, canReroute);
        var level = LevelCount;
        foreach (var field in Fields.All.Where(field => field is > Field.RoutedInterface and < Field.EtherType))
        {
            var width = Fields.Width(field, family);
            var used = field == Field.InInterface ? BitsFor(interfaceCount) : width;
            _bits[(int)field] = new int[width];
            Array.Fill(_bits[(int)field], gates.False);
            for (var bit = width - used; bit < width; bit++)
            {
                Levels.Add((field, bit));
                _bits[(int)field][bit] = gates.Variable(level++);
            }
        }
        _bits[(int)Field.EtherType] = BitVectors.Constant(gates, Fields.EtherType(family), 16);
        _packetLevels = level;
    }

    /// <summary>The engine.</summary>
    public IGates Gates { get; }

    /// <summary>The packets' version.</summary>
    public IpFamily Family { get; }

    /// <summary>What the model does not know, in the order of levels.</summary>
    public IReadOnlyList<UnknownVariable> Unknowns => _unknowns;

    /// <summary>The field and bit of each packet level.</summary>
    public List<(Field Field, int Bit)> Levels { get; } = [];

    private int LevelCount => Levels.Count;

    /// <summary>The field's bits, most significant first.</summary>
    public int[] Bits(Field field) => _bits[(int)field];

    /// <summary>Whether a level belongs to an unknown.</summary>
    public bool IsUnknown(int level) => level >= _packetLevels;

    /// <summary>The unknown of a level.</summary>
    public UnknownVariable UnknownAt(int level) => _unknowns[level - _packetLevels];

    /// <summary>The variable of an unknown.</summary>
    /// <param name="key">Equal keys are one variable.</param>
    /// <param name="construct">What is unknown, in the rule's words.</param>
    public int Unknown(string key, string construct)
    {
        if (!_unknownLevels.TryGetValue(key, out var level))
        {
            level = _packetLevels + _unknowns.Count;
            _unknownLevels.Add(key, level);
            _unknowns.Add(new UnknownVariable(key, construct, level));
        }
        return Gates.Variable(level);
    }

    /// <summary>A vector of unknowns: keys <c>key#0</c> and so on, most significant first.</summary>
    public int[] UnknownVector(string key, string construct, int width)
    {
        return [.. Enumerable.Range(0, width).Select(bit => Unknown($"{key}#{bit}", construct))];
    }

    private static int BitsFor(int count)
    {
        return Math.Max(1, 32 - int.LeadingZeroCount(count - 1));
    }

    private void LayOutInterfaces(int interfaceCount, bool canReroute)
    {
        var width = Fields.Width(Field.OutInterface, Family);
        var used = BitsFor(interfaceCount);
        var seen = Enumerable.Repeat(Gates.False, width).ToArray();
        var routed = Enumerable.Repeat(Gates.False, width).ToArray();
        // Interleaved: equality of the two is then a small diagram.
        for (var bit = width - used; bit < width; bit++)
        {
            routed[bit] = Gates.Variable(LevelCount);
            Levels.Add((Field.RoutedInterface, bit));
            if (canReroute)
            {
                seen[bit] = Gates.Variable(LevelCount);
                Levels.Add((Field.OutInterface, bit));
            }
        }
        _bits[(int)Field.RoutedInterface] = routed;
        _bits[(int)Field.OutInterface] = canReroute ? seen : routed;
    }
}

/// <summary>Something that the model does not know.</summary>
/// <param name="Key">Its place.</param>
/// <param name="Construct">The rule's words.</param>
/// <param name="Level">Its variable.</param>
internal sealed record UnknownVariable(string Key, string Construct, int Level);
