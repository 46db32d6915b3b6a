// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// What a neighbour outside sends to a gateway's client unasked: each protocol that rules are written for, since a firewall
/// may close one and forget another. A port is drawn for every run, so that no exception can have been made for it.
/// </summary>
internal static class GatewayIntruders
{
    private const string Tcp = "intruder-tcp";
    private const string Udp = "intruder-udp";
    private const string Dns = "intruder-dns";
    private const string Icmp = "intruder-icmp";

    private const int DnsPort = 53;
    private const int FirstUnprivilegedPort = 1024;

    /// <summary>Their names, without the family.</summary>
    public static ImmutableArray<string> Names { get; } = [Tcp, Udp, Dns, Icmp];

    /// <summary>Makes them; nothing is sent yet.</summary>
    /// <param name="outside">The neighbour, with a route to the workstation.</param>
    /// <param name="pacer">Gives their steps, on the neighbour's thread.</param>
    public static ImmutableArray<PacedProbe> Create(LabHost outside, Pacer pacer)
    {
        return [.. LabAddresses.Workstation.Both.SelectMany(To)];

        IEnumerable<PacedProbe> To(IPAddress address)
        {
            yield return new TcpNewProbe(Context(Tcp, ProbeProtocol.Tcp, address, AnyPort()));
            yield return new UdpProbe(Context(Udp, ProbeProtocol.Udp, address, AnyPort()));
            yield return new UdpProbe(Context(Dns, ProbeProtocol.Udp, address, DnsPort));
            yield return new IcmpEchoProbe(Context(Icmp, ProbeProtocol.Icmp, address, 0));
        }

        ProbeContext Context(string name, ProbeProtocol protocol, IPAddress address, int port)
        {
            var description = ProbeDescriptions.Create(
                name + ProbeDescriptions.SuffixOf(address.AddressFamily), outside.Root, protocol, new IPEndPoint(address, port));
            return new ProbeContext(description, pacer, TimeProvider.System);
        }
    }

    private static int AnyPort() => RandomNumberGenerator.GetInt32(FirstUnprivilegedPort, IPEndPoint.MaxPort + 1);
}
