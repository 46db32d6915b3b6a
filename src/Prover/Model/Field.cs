// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Model;

/// <summary>What rules can ask of a packet, and what the path adds. The order is the diagram's order of variables.</summary>
public enum Field
{
    /// <summary>The output interface that the output hook is told; stale after a re-route.</summary>
    OutInterface,

    /// <summary>The interface by which the packet really leaves.</summary>
    RoutedInterface,

    /// <summary>The interface by which a forwarded packet came.</summary>
    InInterface,

    /// <summary>1 if the packet has a socket with a file, hence an owner.</summary>
    HasSocket,

    /// <summary>A <see cref="Model.ConnectionState"/>.</summary>
    ConnectionState,

    /// <summary>0 original, 1 reply.</summary>
    ConnectionDirection,

    /// <summary>1 if the transport header is cut off: rules that read it break.</summary>
    Truncated,

    /// <summary>1 if the IPv6 header chain does not lead to a transport protocol.</summary>
    TransportUnknown,

    /// <summary>How the frame reaches the egress hook: an <see cref="Model.EgressForm"/>.</summary>
    EgressForm,

    /// <summary>The destination address.</summary>
    Destination,

    /// <summary>The source address.</summary>
    Source,

    /// <summary>The transport protocol (IANA).</summary>
    Protocol,

    /// <summary>IPv6's first next header.</summary>
    NextHeader,

    /// <summary>IPv4's flags (3 bits) and fragment offset (13 bits); for IPv6 the offset of the fragment header.</summary>
    FragmentOffset,

    /// <summary>The first four bytes behind the network header: both ports, or ICMP's type, code and checksum.</summary>
    Transport,

    /// <summary>TCP's byte 13.</summary>
    TcpFlags,

    /// <summary>IPv4's TTL or IPv6's hop limit.</summary>
    HopLimit,

    /// <summary>
    /// IPv4's type of service or IPv6's traffic class: six bits for differentiated services, two for congestion (RFC 2474,
    /// RFC 3168). Any program chooses it (ip(7), IP_TOS).
    /// </summary>
    TrafficClass,

    /// <summary>The socket's user.</summary>
    Uid,

    /// <summary>The socket's group.</summary>
    Gid,

    /// <summary>The packet's mark.</summary>
    Mark,

    /// <summary>The connection's mark.</summary>
    ConnectionMark,

    /// <summary>The connection's status bits (linux/netfilter/nf_conntrack_common.h).</summary>
    ConnectionStatus,

    /// <summary>The bytes at the transport header's place in a fragment that the egress hook sees.</summary>
    EgressTransport,

    /// <summary>The fragment offset that the egress hook sees.</summary>
    EgressFragment,

    /// <summary>0x0800 or 0x86dd: which is not free, since a question is about one family.</summary>
    EtherType,
}

/// <summary>What connection tracking says of a packet.</summary>
public enum ConnectionState
{
    /// <summary>The first of a connection.</summary>
    New,

    /// <summary>Of a connection that is known.</summary>
    Established,

    /// <summary>Of a connection that another one announced.</summary>
    Related,

    /// <summary>Not tracked because it makes no sense, or not yet.</summary>
    Invalid,

    /// <summary>Exempted from tracking.</summary>
    Untracked,
}

/// <summary>How a packet reaches the egress hook: IP fragments behind postrouting.</summary>
public enum EgressForm
{
    /// <summary>As it was.</summary>
    Whole,

    /// <summary>As the first of several fragments.</summary>
    FirstFragment,

    /// <summary>As a later fragment.</summary>
    LaterFragment,
}

/// <summary>Facts about fields.</summary>
public static class Fields
{
    /// <summary>Every field, in the diagram's order.</summary>
    public static IReadOnlyList<Field> All { get; } = Enum.GetValues<Field>();

    /// <summary>The EtherType of a family (IEEE 802 numbers).</summary>
    public static UInt128 EtherType(IpFamily family) => family == IpFamily.Ip4 ? (UInt128)0x0800 : 0x86dd;

    /// <summary>The width of a field in bits; interface fields hold a class's number.</summary>
    public static int Width(Field field, IpFamily family) => field switch
    {
        Field.OutInterface or Field.RoutedInterface or Field.InInterface => 10,
        Field.HasSocket or Field.ConnectionDirection or Field.Truncated or Field.TransportUnknown => 1,
        Field.EgressForm => 2,
        Field.ConnectionState => 3,
        Field.Protocol or Field.TcpFlags or Field.HopLimit or Field.TrafficClass or Field.NextHeader => 8,
        Field.FragmentOffset or Field.EgressFragment or Field.EtherType => 16,
        Field.Source or Field.Destination => family == IpFamily.Ip4 ? 32 : 128,
        _ => 32,
    };
}
