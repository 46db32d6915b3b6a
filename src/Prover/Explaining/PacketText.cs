// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>A packet on one line.</summary>
public static class PacketText
{
    /// <summary>For people: <c>udp 192.0.2.2:40404 -> 198.51.100.7:4242, out of eth0, user 1000, new</c>.</summary>
    public static string Of(Packet packet)
    {
        var parts = new List<string> { Header(packet) };
        if (packet.InInterface.Length > 0)
        {
            parts.Add($"from {packet.InInterface}" + Kind(packet.InKind));
        }
        parts.Add($"out of {packet.OutInterface}" + Kind(packet.OutKind) + (packet.IsLaterOut ? " (a later interface)" : ""));
        if (packet.StaleOutInterface is { } stale)
        {
            parts.Add($"re-routed from {stale}");
        }
        if (packet.FormerDestination is { } former)
        {
            parts.Add($"sent to {former} and translated since before the rules");
        }
        if (packet.Path == PathKind.Output)
        {
            parts.Add(packet.Uid is { } uid ? string.Create(CultureInfo.InvariantCulture, $"user {uid}") : "no socket");
        }
        parts.Add(packet.ConnectionState.ToString().ToLowerInvariant());
        if (packet.Mark != 0)
        {
            parts.Add($"mark 0x{packet.Mark:x}");
        }
        if (packet[Field.ConnectionMark] != 0)
        {
            parts.Add($"connection mark 0x{packet[Field.ConnectionMark]:x}");
        }
        AddOddities(packet, parts);
        return string.Join(", ", parts);
    }

    /// <summary>The protocol's name, or its number.</summary>
    public static string ProtocolName(byte protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "ipv6-icmp",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };

    private static string Kind(string kind) => kind.Length > 0 ? $" (of {(kind.Contains(' ') ? "" : "kind ")}{kind})" : "";

    private static string Header(Packet packet)
    {
        var name = ProtocolName(packet.Protocol);
        if (packet.Protocol is 6 or 17)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{name} {Host(packet, true)}:{packet.SourcePort} -> {Host(packet, false)}:{packet.DestinationPort}");
        }
        var type = packet.Protocol is 1 or 58 ? $" type {packet.SourcePort >> 8} code {packet.SourcePort & 255}" : "";
        return $"{name}{type} {Host(packet, true)} -> {Host(packet, false)}";
    }

    private static string Host(Packet packet, bool isSource)
    {
        var address = isSource ? packet.Source : packet.Destination;
        return packet.Family == IpFamily.Ip6 && packet.Protocol is 6 or 17 ? $"[{address}]" : address.ToString();
    }

    private static void AddOddities(Packet packet, List<string> parts)
    {
        if (packet.ControlGroup.Length > 0)
        {
            parts.Add($"from control group {packet.ControlGroup}");
        }
        if (packet[Field.TrafficClass] != 0)
        {
            parts.Add($"traffic class 0x{packet[Field.TrafficClass]:x}");
        }
        if (packet.IsLaterFragment)
        {
            parts.Add("a later fragment");
        }
        if (packet[Field.EgressForm] != (UInt128)(int)EgressForm.Whole)
        {
            parts.Add("fragmented on the way out");
        }
        if (packet[Field.Truncated] == 1)
        {
            parts.Add("with a cut-off transport header");
        }
        if (packet[Field.TransportUnknown] == 1)
        {
            parts.Add("with headers that lead to no transport protocol");
        }
    }
}
