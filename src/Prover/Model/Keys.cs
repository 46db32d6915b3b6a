// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;

namespace LeakVerifier.Prover.Model;

/// <summary>What a match looks at.</summary>
public abstract record Key;

/// <summary>Some bits of a field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Offset">The first bit, the most significant being 0.</param>
/// <param name="Length">How many bits.</param>
/// <param name="Mask">Bits that are cleared before the comparison are 0 here; null: none.</param>
public sealed record FieldKey(Field Field, int Offset, int Length, UInt128? Mask = null) : Key
{
    /// <summary>The destination port.</summary>
    public static FieldKey DestinationPort { get; } = new(Field.Transport, 16, 16);

    /// <summary>The source port.</summary>
    public static FieldKey SourcePort { get; } = new(Field.Transport, 0, 16);

    /// <summary>A fragment's place in its packet; 0 for the first, and for whole packets.</summary>
    public static FieldKey FragmentPlace { get; } = new(Field.FragmentOffset, 3, 13);

    /// <summary>ICMP's type.</summary>
    public static FieldKey IcmpType { get; } = new(Field.Transport, 0, 8);

    /// <summary>ICMP's code.</summary>
    public static FieldKey IcmpCode { get; } = new(Field.Transport, 8, 8);

    /// <summary>The code point of differentiated services (RFC 2474).</summary>
    public static FieldKey CodePoint { get; } = new(Field.TrafficClass, 0, 6);

    /// <summary>The two bits that tell of congestion (RFC 3168).</summary>
    public static FieldKey Congestion { get; } = new(Field.TrafficClass, 6, 2);

    /// <summary>A whole field.</summary>
    public static FieldKey Whole(Field field, IpFamily family = IpFamily.Ip4) => new(field, 0, Fields.Width(field, family));
}

/// <summary>An interface of the packet.</summary>
/// <param name="IsOutput">The output interface; else the input interface.</param>
/// <param name="ByIndex">The interface that had the name when the rules were loaded; a later one is not meant.</param>
public sealed record InterfaceKey(bool IsOutput, bool ByIndex) : Key;

/// <summary>The kind of a link (rtnetlink(7), IFLA_INFO_KIND); a card of a machine has none, and a rule that asks ends.</summary>
/// <param name="IsOutput">Of the output interface; else of the input interface.</param>
public sealed record InterfaceKindKey(bool IsOutput) : Key;

/// <summary>The values of one key that match.</summary>
public abstract record KeyValues;

/// <summary>Numbers.</summary>
/// <param name="Ranges">Sorted, disjoint.</param>
public sealed record NumberValues(ImmutableArray<ValueRange> Ranges) : KeyValues;

/// <summary>Interface names. The prefix of no characters means every interface, and no interface is the name "".</summary>
/// <param name="Names">Names and prefixes.</param>
public sealed record NameValues(ImmutableArray<InterfacePattern> Names) : KeyValues;

/// <summary>One element of a set of concatenated keys: each key must have one of its values.</summary>
/// <param name="Parts">As many as there are keys.</param>
public sealed record Element(ImmutableArray<KeyValues> Parts);
