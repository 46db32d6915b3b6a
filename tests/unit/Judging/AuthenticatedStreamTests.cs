// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Text;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.Policy;
using LeakVerifier.UnitTests.OpenVpn;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>Another user connects to the VPN's own address and TCP port: same socket at the server, other bytes.</summary>
public sealed class AuthenticatedStreamTests
{
    private const string Own = "192.0.2.2";
    private const string Server = "203.0.113.10";
    private const ushort VpnPort = 1194;
    private const ushort ClientPort = 1001;
    private const ushort OtherPort = 50_000;
    private const uint First = 4_294_900_000; // Numbers wrap within the test.
    private const int SegmentLength = 1_000;
    private const byte Fin = 0x11;
    private const byte Syn = 0x02;
    private const byte Reset = 0x04;
    private const byte Acknowledgement = 0x10;

    private static readonly byte[] Inner = Packets.IPv4("198.51.100.2", "203.0.113.80");

    private static readonly EgressPolicy Policy = JudgeBench.SamplePolicy with
    {
        Servers =
        [
            new ServerEndpoint(IPAddress.Parse(Server), TransportProtocol.Tcp, VpnPort),
            new ServerEndpoint(IPAddress.Parse(Server), TransportProtocol.Udp, VpnPort),
        ],
    };

    private static readonly WireFacts Wire = JudgeBench.Wire with { OwnAddresses = [IPAddress.Parse(Own)] };

    private MemoryServer _server = null!;
    private MemoryClient _client = null!;

    [SetUp]
    public void Connect()
    {
        _server = new MemoryServer(options => options with { Transport = Transport.Tcp });
        _client = new MemoryClient(_server, port: ClientPort);
        _client.Connect();
    }

    [TearDown]
    public void Drop()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Test]
    public void Of_ten_thousand_genuine_packets_no_segment_leaks_but_a_forged_a_replayed_and_a_plain_stream()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _client.Send(Inner);
        }

        var genuine = Genuine();
        byte[][] foreign = [Forged(), _client.Capture[^1], [0xff, .. Encoding.ASCII.GetBytes("GET / HTTP/1.1")]];
        List<byte[]> added = [.. foreign.SelectMany((packet, i) => Connection((ushort)(OtherPort + i), Packets.Stream([packet])))];
        var authenticated = Authenticated();

        var judgement = Judge(authenticated, [.. genuine, .. added]);

        genuine.Should().HaveCountGreaterThan(800);
        judgement.LeakedFrames.Should().Be(added.Count).And.Be(6, "each has a SYN and a segment");
        judgement.Allowed[AllowedReason.Transport].Should().Be(genuine.Count);
        judgement.Leaks.Select(leak => leak.UnixNanoseconds - genuine.Count).Should().Equal(0, 1, 2, 3, 4, 5);
        judgement.Leaks.Where((_, i) => i % 2 == 1).Select(leak => leak.Why!.Split(':')[0])
            .Should().Equal("forged", "replayed", "not the tunnel's");
        authenticated.Totals[PacketClass.Data].Should().Be(10_000);
        Judge(Authenticated(), genuine).LeakedFrames.Should().Be(0);
    }

    [TestCase(Syn)]
    [TestCase(Acknowledgement)]
    [TestCase(Fin)]
    [TestCase(Reset)]
    public void A_segment_without_bytes_is_the_clients_from_its_own_port_and_a_leak_from_another(byte flags)
    {
        // The client's tries to reach a dead server: no connection ever carries a byte.
        Judge(Authenticated(), [Frame(ClientPort, [], First, flags), Frame(ClientPort, [], First, flags)])
            .LeakedFrames.Should().Be(0);

        Judge(Authenticated(), [Frame(OtherPort, [], First, flags)]).Leaks.Should().ContainSingle()
            .Which.Why.Should().Contain("without bytes").And.Contain("1001");
    }

    [Test]
    public void Bytes_on_the_clients_own_connection_that_no_key_made_leak()
    {
        var genuine = Genuine();
        var end = First + 1 + (uint)Packets.Stream(_client.Capture).Length;
        var forged = Frame(ClientPort, Packets.Stream([Forged()]), end);

        Judge(Authenticated(), [.. genuine, forged]).Leaks.Should().ContainSingle()
            .Which.Why.Should().StartWith("forged");
    }

    [Test]
    public void The_tunnels_bytes_from_another_port_leak()
    {
        var stream = Packets.Stream(_client.Capture);
        using var client = new MemoryClient(_server, port: OtherPort);
        client.Connect();

        var judgement = Judge(Authenticated(), Connection(OtherPort, Packets.Stream(client.Capture)));

        stream.Should().NotBeEmpty();
        judgement.Allowed.Should().BeEmpty();
        judgement.Leaks.Should().Contain(leak => leak.Why!.StartsWith("the tunnel's bytes, but not from"));
    }

    [Test]
    public void A_packet_that_a_reset_cut_off_is_the_clients_and_the_same_bytes_from_another_port_leak()
    {
        _client.Send(Inner);
        var stream = Packets.Stream(_client.Capture)[..^20];

        Judge(Authenticated(), [.. Connection(ClientPort, stream), Frame(ClientPort, [], 1, Reset)]).LeakedFrames.Should().Be(0);
        Judge(Authenticated(), Connection(OtherPort, stream[^50..])).Leaks.Should().Contain(leak => leak.Why!.StartsWith("not "));
    }

    [Test]
    public void A_retransmission_is_the_tunnels_and_other_bytes_in_its_place_leak()
    {
        var genuine = Genuine();
        var stream = Packets.Stream(_client.Capture);
        var again = stream[100..400];
        var other = again.ToArray();
        other[7] ^= 1;

        Judge(Authenticated(), [.. genuine, Frame(ClientPort, again, First + 101)]).LeakedFrames.Should().Be(0);
        Judge(Authenticated(), [.. genuine, Frame(ClientPort, other, First + 101)]).Leaks.Should().ContainSingle()
            .Which.Why.Should().Contain("contradicts");
    }

    [Test]
    public void A_segment_that_was_not_captured_whole_is_refused()
    {
        var genuine = Genuine();
        var whole = genuine[^1];
        var judge = Judge(Authenticated());
        genuine[..^1].ForEach(frame => judge.Take(At(1, frame)));
        judge.Take(new CapturedFrame(2, whole.AsMemory(0, whole.Length - 1), whole.Length));

        judge.Finish().Leaks.Should().ContainSingle().Which.Why.Should().Contain("not a whole");
    }

    [Test]
    public void A_genuine_packet_in_a_datagram_is_no_transport_of_a_tunnel_over_TCP()
    {
        var datagram = IPv4(Own, Server, 17, Udp(ClientPort, VpnPort, _client.Capture[^1]));

        Judge(Authenticated(), [datagram]).Leaks.Should().ContainSingle().Which.Why.Should().Be("the tunnel is over TCP");
    }

    private static List<byte[]> Connection(ushort port, byte[] stream)
    {
        List<byte[]> frames = [Frame(port, [], First, Syn)];
        for (var at = 0; at < stream.Length; at += SegmentLength)
        {
            frames.Add(Frame(port, stream[at..Math.Min(at + SegmentLength, stream.Length)], First + 1 + (uint)at));
        }

        return frames;
    }

    private static byte[] Frame(ushort port, byte[] payload, uint sequence, byte flags = 0x18)
    {
        return IPv4(Own, Server, 6, Tcp(port, VpnPort, flags, payload, sequence));
    }

    /// <summary>Begins like a packet of the tunnel's data channel.</summary>
    private static byte[] Forged() => [PacketHead.Of(Opcode.DataV2, 0), .. RandomNumberGenerator.GetBytes(80)];

    private List<byte[]> Genuine() => Connection(ClientPort, Packets.Stream(_client.Capture));

    private AuthenticatedTransport Authenticated()
    {
        var transport = new AuthenticatedTransport(ClientPort);
        transport.Attach(_server.ExportAccount);
        return transport;
    }

    private static Judge Judge(ITransportOracle oracle)
    {
        var judge = new Judge(Policy, Wire, oracle, new ProbeBook([]));
        judge.OpenWindow(0);
        return judge;
    }

    /// <summary>Judges frames that come one nanosecond after the other.</summary>
    private static Judgement Judge(ITransportOracle oracle, List<byte[]> frames)
    {
        var judge = Judge(oracle);
        for (var i = 0; i < frames.Count; i++)
        {
            judge.Take(At(i, frames[i]));
        }

        var judgement = judge.Finish();
        judgement.Judged.Should().Be(frames.Count);
        return judgement;
    }
}
