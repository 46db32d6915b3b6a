// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Harness.Traffic;
using PacketDotNet;

namespace LeakVerifier.IntegrationTests.Traffic;

public sealed class WireTests
{
    [Test]
    public async Task Every_payload_of_every_probe_carries_its_nonce_also_when_it_is_sent_again()
    {
        await using var network = await TrafficNetwork.CreateAsync();
        await using var tap = await network.TapServerAsync();
        await using var probes = ProbeSet.Create(network.Plan);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await probes.OpenAsync(limit.Token);
        probes.Start();
        await probes.WhenTransferredAsync(50_000, limit.Token);

        await network.DeafenServerAsync();
        await Eventually.HoldsAsync(() => probes.Probes.Count(p => p.Counters.Retransmissions > 1).Should().Be(2));

        var payloads = PayloadsByProbe(tap.Packets(), probes.Descriptions);
        payloads.Keys.Should().BeEquivalentTo(probes.Descriptions.Select(d => d.Name));
        foreach (var probe in probes.Descriptions)
        {
            payloads[probe.Name].Should().OnlyContain(p => p.Contains(probe.Nonce), "they are {0}'s", probe.Name);
        }

        payloads["tcp-established-v4"].Should().Contain(p => p.Length > 1000, "the transfer runs");
        Repeated(tap.Packets(), TrafficNetwork.Ports.TcpEstablished).Should().BePositive("the kernel sent some again");
    }

    private static Dictionary<string, List<string>> PayloadsByProbe(
        IReadOnlyList<IPPacket> packets, IReadOnlyList<ProbeDescription> probes)
    {
        return packets
            .Select(p => (Probe: probes.SingleOrDefault(d => IsFrom(d, p)), Payload: PayloadOf(p)))
            .Where(p => p.Probe is not null && p.Payload.Length > 0)
            .GroupBy(p => p.Probe!.Name, p => Encoding.ASCII.GetString(p.Payload))
            .ToDictionary(g => g.Key, g => g.ToList());
    }

    private static bool IsFrom(ProbeDescription probe, IPPacket packet)
    {
        return packet.DestinationAddress.Equals(probe.Destination.Address) && (packet.PayloadPacket switch
        {
            TcpPacket tcp => probe.Protocol == ProbeProtocol.Tcp && tcp.DestinationPort == probe.Destination.Port,
            UdpPacket udp => probe.Protocol == ProbeProtocol.Udp && udp.DestinationPort == probe.Destination.Port,
            IcmpV4Packet or IcmpV6Packet => probe.Protocol == ProbeProtocol.Icmp,
            _ => false,
        });
    }

    private static byte[] PayloadOf(IPPacket packet)
    {
        // Of the ICMP messages the whole: how much of one is payload depends on its type.
        return packet.PayloadPacket switch
        {
            TransportPacket transport => transport.PayloadData ?? transport.PayloadPacket?.Bytes ?? [],
            Packet icmp => icmp.Bytes,
            _ => [],
        };
    }

    private static int Repeated(IReadOnlyList<IPPacket> packets, int port)
    {
        return packets
            .Select(p => p.PayloadPacket)
            .OfType<TcpPacket>()
            .Where(t => t.DestinationPort == port && t.PayloadData is { Length: > 0 })
            .GroupBy(t => (t.SourcePort, t.SequenceNumber))
            .Count(g => g.Count() > 1);
    }
}
