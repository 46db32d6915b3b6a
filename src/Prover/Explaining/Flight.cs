// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Explaining;

/// <summary>A packet on its way, with what rules changed.</summary>
internal sealed class Flight
{
    private readonly UInt128[] _values;

    /// <summary>The packet at the start of its path.</summary>
    public Flight(Packet packet, Func<string, bool> unknown)
    {
        Packet = packet;
        Unknown = unknown;
        _values = [.. packet.Values];
        this[Field.EtherType] = Fields.EtherType(packet.Family);
    }

    /// <summary>Whether it is a fragment other than the first by now: the way out may have made it one.</summary>
    public bool IsLaterFragment => (this[Field.FragmentOffset] & 0x1fff) != 0;

    /// <summary>The packet as it was sent.</summary>
    public Packet Packet { get; }

    /// <summary>What each unknown does, by its place.</summary>
    public Func<string, bool> Unknown { get; }

    /// <summary>What happened.</summary>
    public List<TraceEntry> Trace { get; } = [];

    /// <summary>What cannot be followed and was hit.</summary>
    public List<string> Opaque { get; } = [];

    /// <summary>Whether the kernel routed the packet again.</summary>
    public bool IsRerouted { get; set; }

    /// <summary>The interface that the present hook calls the output; empty: none.</summary>
    public string Out { get; set; } = "";

    /// <summary>The kind of <see cref="Out"/>.</summary>
    public string OutKind { get; set; } = "";

    /// <summary>The interface that the present hook calls the input; empty: none.</summary>
    public string In { get; set; } = "";

    /// <summary>Whether <see cref="Out"/> came after rules were bound to the index of its name.</summary>
    public bool IsLaterOut { get; set; }

    /// <summary>Whether the present hook is behind connection tracking.</summary>
    public bool IsTracked { get; set; }

    /// <summary>The value of a field now.</summary>
    public UInt128 this[Field field]
    {
        get => _values[(int)field];
        set => _values[(int)field] = value;
    }

    /// <summary>Some bits of a field.</summary>
    public UInt128 Slice(FieldKey key)
    {
        var width = Fields.Width(key.Field, Packet.Family);
        var value = (this[key.Field] >> (width - key.Offset - key.Length)) & ValueRange.MaximumOf(key.Length);
        return key.Mask is { } mask ? value & mask : value;
    }

    /// <summary>A number whose bits are unknowns.</summary>
    public UInt128 UnknownNumber(string place, int width)
    {
        var value = UInt128.Zero;
        for (var bit = 0; bit < width; bit++)
        {
            value = (value << 1) | (Unknown($"{place}#{bit}") ? UInt128.One : UInt128.Zero);
        }
        return value;
    }
}
