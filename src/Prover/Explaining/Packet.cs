// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>One concrete packet, as it is handed to the first hook of its path.</summary>
public sealed record Packet
{
    private static readonly ImmutableArray<UInt128> Zeroes = [.. Fields.All.Select(_ => UInt128.Zero)];

    /// <summary>How it comes to leave.</summary>
    public required PathKind Path { get; init; }

    /// <summary>Its version.</summary>
    public required IpFamily Family { get; init; }

    /// <summary>The interface by which it really leaves.</summary>
    public required string OutInterface { get; init; }

    /// <summary>The interface that the output hook is told, if another: the packet is re-routed.</summary>
    public string? StaleOutInterface { get; init; }

    /// <summary>
    /// The destination that its sender writes, if its connection is translated since before these rules; null: the same.
    /// </summary>
    public IPAddress? FormerDestination { get; init; }

    /// <summary>The interface by which it came; empty unless it is forwarded.</summary>
    public string InInterface { get; init; } = "";

    /// <summary>The kind of the out-interface, where anybody asks; "": none.</summary>
    public string OutKind { get; init; } = "";

    /// <summary>The kind of the stale out-interface.</summary>
    public string StaleKind { get; init; } = "";

    /// <summary>The kind of the in-interface.</summary>
    public string InKind { get; init; } = "";

    /// <summary>Whether the out-interface came after rules were bound to the index of its name.</summary>
    public bool IsLaterOut { get; init; }

    /// <summary>Whether the stale out-interface did.</summary>
    public bool IsLaterStale { get; init; }

    /// <summary>Whether the in-interface did.</summary>
    public bool IsLaterIn { get; init; }

    /// <summary>The control group that its socket must be in; "": it does not matter.</summary>
    public string ControlGroup { get; init; } = "";

    /// <summary>The value of each field that is not an interface, in the order of <see cref="Field"/>.</summary>
    public ImmutableArray<UInt128> Values { get; init; } = Zeroes;

    /// <summary>The value of a field.</summary>
    public UInt128 this[Field field] => Values[(int)field];

    /// <summary>The source address.</summary>
    public IPAddress Source => AddressRanges.ToAddress(this[Field.Source], Family);

    /// <summary>The destination address.</summary>
    public IPAddress Destination => AddressRanges.ToAddress(this[Field.Destination], Family);

    /// <summary>The transport protocol (IANA).</summary>
    public byte Protocol => (byte)this[Field.Protocol];

    /// <summary>The source port, or ICMP's type and code.</summary>
    public ushort SourcePort => (ushort)(this[Field.Transport] >> 16);

    /// <summary>The destination port.</summary>
    public ushort DestinationPort => (ushort)(this[Field.Transport] & 0xffff);

    /// <summary>The sender's user; null: no socket.</summary>
    public uint? Uid => this[Field.HasSocket] == 1 ? (uint)this[Field.Uid] : null;

    /// <summary>The mark.</summary>
    public uint Mark => (uint)this[Field.Mark];

    /// <summary>What connection tracking says of it.</summary>
    public ConnectionState ConnectionState => (ConnectionState)(int)this[Field.ConnectionState];

    /// <summary>Whether it is a fragment other than the first.</summary>
    public bool IsLaterFragment => (this[Field.FragmentOffset] & 0x1fff) != 0;

    /// <summary>The packet as its sender writes it, before a translation since before these rules.</summary>
    public Packet AsWritten() => FormerDestination is { } former
        ? With(Field.Destination, AddressRanges.ToNumber(former))
        : this;

    /// <summary>The packet with another value of a field.</summary>
    public Packet With(Field field, UInt128 value) => this with { Values = Values.SetItem((int)field, value) };
}
