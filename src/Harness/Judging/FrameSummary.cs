// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Judging;

/// <summary>Writes a frame in one line, in the terms that packet analysers use.</summary>
public static class FrameSummary
{
    private static readonly string[] TcpFlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

    /// <summary>For example <c>IPv4 TCP 192.0.2.100:40112 > 198.51.100.10:8080 [PSH ACK] 1432 bytes</c>; the bytes are
    /// those of the frame.</summary>
    public static string Of(in FrameFacts frame)
    {
        var text = new StringBuilder();
        if (frame.VlanTags > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"VLAN({frame.VlanTags}) ");
        }

        if (frame.Ip is { } ip)
        {
            AppendIp(text, frame, ip);
        }
        else if (frame.Arp is { } arp)
        {
            AppendArp(text, arp);
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{EtherTypes.Describe(frame.EtherType)} {frame.Source} > {frame.Destination}");
        }

        text.Append(CultureInfo.InvariantCulture, $" {frame.Length} bytes");
        return frame.Defect is null ? text.ToString() : $"{text} ({frame.Defect})";
    }

    private static void AppendArp(StringBuilder text, ArpFacts arp)
    {
        text.Append(arp.Operation switch
        {
            1 => $"ARP who has {arp.Target}, tell {arp.Sender}",
            2 => $"ARP {arp.Sender} is at {arp.SenderHardware}, to {arp.Target}",
            _ => $"ARP operation {arp.Operation} of {arp.Sender} for {arp.Target}",
        });
    }

    private static void AppendIp(StringBuilder text, in FrameFacts frame, IpFacts ip)
    {
        text.Append(CultureInfo.InvariantCulture, $"IPv{ip.Version} {IpProtocols.Describe(ip.Protocol)} ");
        text.Append(End(ip.Source, frame.SourcePort)).Append(" > ").Append(End(ip.Destination, frame.DestinationPort));
        if (frame.TcpFlags is { } flags)
        {
            var names = TcpFlagNames.Where((_, bit) => (flags >> bit & 1) != 0);
            text.Append(" [").AppendJoin(' ', names).Append(']');
        }

        if (frame.Icmp is { } icmp)
        {
            text.Append(CultureInfo.InvariantCulture, $" type {icmp.Type} code {icmp.Code}");
            if (icmp.Discovery?.Target is { } target)
            {
                text.Append(CultureInfo.InvariantCulture, $" target {target}");
            }
        }

        if (ip.Fragment is { } fragment)
        {
            text.Append(CultureInfo.InvariantCulture, $" fragment at {fragment.Offset}");
        }
    }

    private static string End(IPAddress address, ushort? port)
    {
        if (port is not { } number)
        {
            return address.ToString();
        }

        var host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{number}");
    }
}
