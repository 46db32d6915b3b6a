// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>One packet, of which somebody asks what becomes of it.</summary>
internal sealed record ExplainedPacket
{
    /// <summary>ICMP's protocol number (IANA).</summary>
    public const byte Icmp = 1;

    /// <summary>TCP's.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP's.</summary>
    public const byte Udp = 17;

    /// <summary>ICMPv6's.</summary>
    public const byte Icmpv6 = 58;

    public required PacketPath Path { get; init; }

    public required IPAddress Destination { get; init; }

    /// <summary>The source; the unspecified address where nobody said.</summary>
    public required IPAddress Source { get; init; }

    /// <summary>The interface by which it really leaves; empty for one that is for this machine.</summary>
    public string OutInterface { get; init; } = "";

    /// <summary>The interface that the output hook is told, where another table made the kernel route it again.</summary>
    public string? StaleInterface { get; init; }

    /// <summary>The interface by which it came; empty for one of this machine.</summary>
    public string InInterface { get; init; } = "";

    /// <summary>The kind of link that the tunnel's interface is (<c>tun</c>, <c>wireguard</c>); null: the right one.</summary>
    public string? Kind { get; init; }

    public byte Protocol { get; init; } = Udp;

    public ushort SourcePort { get; init; } = 40000;

    public ushort DestinationPort { get; init; }

    public byte IcmpType { get; init; } = 8;

    public byte IcmpCode { get; init; }

    /// <summary>The user whose socket sent it; null: no socket.</summary>
    public uint? User { get; init; }

    public uint Mark { get; init; }

    /// <summary>The control group of the socket, below the root; empty: none that is named anywhere.</summary>
    public string Cgroup { get; init; } = "";

    /// <summary>What connection tracking says of it.</summary>
    public string State { get; init; } = "new";

    public byte HopLimit { get; init; } = 64;

    /// <summary>The offset of a fragment, in units of 8 bytes; 0: a whole packet or the first fragment.</summary>
    public ushort FragmentOffset { get; init; }

    public bool IsIPv6 => Destination.AddressFamily == AddressFamily.InterNetworkV6;

    public bool HasPorts => Protocol is Tcp or Udp;

    /// <summary>On one line: <c>udp to 203.0.113.10:53, out of eth0, user 1000, new</c>.</summary>
    public override string ToString()
    {
        var host = HasPorts && IsIPv6 ? $"[{Destination}]" : Destination.ToString();
        var port = HasPorts ? string.Create(CultureInfo.InvariantCulture, $":{DestinationPort}") : "";
        string?[] parts =
        [
            $"{ProtocolName} to {host}{port}",
            InInterface.Length > 0 ? $"in by {InInterface}" : null,
            OutInterface.Length > 0 ? $"out of {OutInterface}" : null,
            StaleInterface is null ? null : $"routed again from {StaleInterface}",
            Path != PacketPath.Output ? null
                : User is { } user ? string.Create(CultureInfo.InvariantCulture, $"user {user}") : "no socket",
            Mark == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"mark 0x{Mark:x}"),
            Cgroup.Length == 0 ? null : $"cgroup {Cgroup}",
            FragmentOffset == 0 ? null : "a later fragment",
            State,
        ];
        return string.Join(", ", parts.Where(part => part is not null));
    }

    private string ProtocolName => Protocol switch
    {
        Icmp or Icmpv6 => string.Create(CultureInfo.InvariantCulture, $"icmp type {IcmpType}"),
        Tcp => "tcp",
        Udp => "udp",
        _ => string.Create(CultureInfo.InvariantCulture, $"protocol {Protocol}"),
    };
}
