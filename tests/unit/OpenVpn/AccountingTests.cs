// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Text;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.UnitTests.OpenVpn;

public sealed class AccountingTests
{
    private static readonly byte[] Inner = Packets.IPv4("198.51.100.2", "203.0.113.80");
    private static readonly IPEndPoint Stranger = new(IPAddress.Parse("192.0.2.2"), 50_000);

    [Test]
    public void A_hundred_thousand_genuine_datagrams_are_the_tunnels_and_a_forged_a_replayed_and_a_plain_one_are_not()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(TunnelMessage.Ping);
        client.Renegotiate();
        var handshake = client.Capture.Count;
        for (var i = 0; i < 100_000; i++)
        {
            client.Send(Inner);
        }

        using var accountant = new DatagramAccountant(server.ExportAccount());
        foreach (var packet in client.Capture)
        {
            var verdict = accountant.Judge(client.Peer.Remote, packet);
            if (!verdict.Class.IsTunnel())
            {
                Assert.Fail($"{verdict}: {Convert.ToHexString(packet)}");
            }
        }

        accountant.Total(PacketClass.Data).Should().Be(100_000);
        accountant.Total(PacketClass.Ping).Should().Be(1);
        accountant.Total(PacketClass.Handshake).Should().Be(2);
        accountant.Total(PacketClass.Control).Should().Be(handshake - 3);

        var forged = client.Capture[^1].ToArray();
        forged[^1] ^= 1;
        accountant.Judge(Stranger, forged).Class.Should().Be(PacketClass.Forged);
        accountant.Judge(Stranger, client.Capture[^1]).Class.Should().Be(PacketClass.Replay);
        accountant.Judge(client.Peer.Remote, client.Capture[^5000]).Class.Should().Be(PacketClass.Replay);
        accountant.Judge(Stranger, Encoding.ASCII.GetBytes("GET / HTTP/1.1")).Class.Should().Be(PacketClass.NotTunnel);
        accountant.Judge(Stranger, []).Class.Should().Be(PacketClass.NotTunnel);
    }

    [Test]
    public void Random_datagrams_of_every_length_are_never_the_tunnels()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        using var accountant = new DatagramAccountant(server.ExportAccount());
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var packet = new byte[random.Next(0, 1500)];
            random.NextBytes(packet);
            accountant.Judge(i % 2 == 0 ? Stranger : client.Peer.Remote, packet).Class.IsTunnel().Should().BeFalse();
        }

        client.Capture.Should().OnlyContain(packet => accountant.Judge(client.Peer.Remote, packet).Class.IsTunnel());
    }

    [Test]
    public void Without_a_wrapping_key_control_packets_are_held_against_what_the_server_took()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        using var accountant = new DatagramAccountant(server.ExportAccount());
        var hello = client.Capture.First(packet => PacketHead.OpcodeOf(packet[0]) == Opcode.Control);

        accountant.Judge(client.Peer.Remote, hello).Class.Should().Be(PacketClass.Control);
        accountant.Judge(client.Peer.Remote, hello).Class.Should().Be(PacketClass.Control, "the client repeats it itself");
        accountant.Judge(Stranger, hello).Class.Should().Be(PacketClass.Replay);
        var other = hello.ToArray();
        other[^1] ^= 1;
        accountant.Judge(client.Peer.Remote, other).Class.Should().Be(PacketClass.Forged);
        var foreign = hello.ToArray();
        foreign[1] ^= 1;
        accountant.Judge(client.Peer.Remote, foreign).Class.Should().Be(PacketClass.Forged);
        var reset = client.Capture[0].ToArray();
        reset[1] ^= 1;
        accountant.Judge(Stranger, reset).Class.Should().Be(PacketClass.Unproven);
    }

    [TestCase(WrappingMode.TlsAuth)]
    [TestCase(WrappingMode.TlsCrypt)]
    public void With_a_wrapping_key_even_a_first_reset_is_proved_and_its_copy_told(WrappingMode mode)
    {
        var key = StaticKey.Generate();
        var reset = ClientReset(mode, key);
        using var accountant = new DatagramAccountant(new TunnelAccount(mode, key, [], true));
        using var foreign = new DatagramAccountant(new TunnelAccount(mode, StaticKey.Generate(), [], true));

        accountant.Judge(Stranger, reset).Class.Should().Be(PacketClass.Handshake);
        accountant.Judge(Stranger, reset).Class.Should().Be(PacketClass.Replay);
        foreign.Judge(Stranger, reset).Class.Should().Be(PacketClass.Forged);
        for (var i = 0; i < reset.Length; i++)
        {
            var changed = reset.ToArray();
            changed[i] ^= 1;
            accountant.Judge(Stranger, changed).Class.IsTunnel().Should().BeFalse($"byte {i} was changed");
        }
    }

    [Test]
    public void A_stream_is_put_in_order_and_its_retransmissions_are_told_apart()
    {
        using var server = new MemoryServer(options => options with { Transport = Transport.Tcp });
        using var client = new MemoryClient(server);
        client.Connect();
        for (var i = 0; i < 50; i++)
        {
            client.Send(Inner);
        }

        var stream = Packets.Stream(client.Capture);
        var source = client.Peer.Remote;
        const uint first = uint.MaxValue - 2000;
        var segments = new List<StreamSegment> { new(source, first - 1, true, default) };
        for (var at = 0; at < stream.Length; at += 333)
        {
            segments.Add(Segment(at, Math.Min(at + 333, stream.Length)));
        }

        (segments[3], segments[5]) = (segments[5], segments[3]);
        segments.Add(Segment(100, 900));
        using var accountant = new StreamAccountant(server.ExportAccount());
        segments.ForEach(accountant.Add);
        var conflicting = stream[200..210];
        conflicting[3] ^= 1;
        accountant.Add(new StreamSegment(source, first + 200, false, conflicting));
        var verdicts = accountant.Finish();

        verdicts.Take(segments.Count).Should().OnlyContain(verdict => verdict.Class.IsTunnel());
        verdicts.Count(verdict => verdict.IsRetransmission).Should().Be(1);
        verdicts[^2].IsRetransmission.Should().BeTrue();
        verdicts[^1].Class.Should().Be(PacketClass.Forged);

        StreamSegment Segment(int from, int to) => new(source, first + (uint)from, false, stream.AsMemory(from..to));
    }

    [TestCase("GET / HTTP/1.1\r\n\r\n", PacketClass.NotTunnel)]
    [TestCase("\x16\x03\x01\x02\x00\x01", PacketClass.NotTunnel)]
    [TestCase("\x00\x05", PacketClass.Unproven)]
    [TestCase("", PacketClass.Unproven)]
    public void Another_users_stream_to_the_same_port_is_not_the_tunnels(string text, PacketClass expected)
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        using var accountant = new StreamAccountant(server.ExportAccount());
        accountant.Add(new StreamSegment(Stranger, 999, true, default));
        accountant.Add(new StreamSegment(Stranger, 1000, false, Encoding.Latin1.GetBytes(text)));

        accountant.Finish()[1].Class.Should().Be(expected);
    }

    [Test]
    public void A_foreign_packet_within_the_tunnels_own_stream_is_told()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(Inner);
        var genuine = Packets.Stream(client.Capture);
        var foreign = Packets.Stream([[PacketHead.Of(Opcode.DataV2, 0), .. RandomNumberGenerator.GetBytes(80)]]);
        using var accountant = new StreamAccountant(server.ExportAccount());
        accountant.Add(new StreamSegment(client.Peer.Remote, 1, false, genuine));
        accountant.Add(new StreamSegment(client.Peer.Remote, 1 + (uint)genuine.Length, false, foreign));

        accountant.Finish().Select(verdict => verdict.Class.IsTunnel()).Should().Equal(true, false);
    }

    [Test]
    public void Of_two_equal_packets_on_two_connections_the_later_one_is_the_replay()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(Inner);
        var genuine = Packets.Stream(client.Capture);
        using var accountant = new StreamAccountant(server.ExportAccount());

        // The stranger's connection is there first, and its copy comes last.
        accountant.Add(new StreamSegment(Stranger, 999, true, default));
        accountant.Add(new StreamSegment(client.Peer.Remote, 1, false, genuine));
        accountant.Add(new StreamSegment(Stranger, 1000, false, Packets.Stream(client.Capture[^1..])));

        accountant.Finish().Select(verdict => verdict.Class).Should().Equal(
            PacketClass.Unproven, PacketClass.Handshake, PacketClass.Replay);
    }

    [Test]
    public void The_first_bytes_of_a_packet_at_the_end_of_the_tunnels_stream_are_unfinished_and_those_of_a_strangers_unproven()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(Inner);
        var genuine = Packets.Stream(client.Capture);
        var first = genuine.Length - 30;

        Classes(Cut(client.Peer.Remote, 0, first), Cut(client.Peer.Remote, first, first + 10))
            .Should().Equal(PacketClass.Unfinished, PacketClass.Unfinished);
        Classes(Cut(client.Peer.Remote, 0, first), Cut(client.Peer.Remote, first, genuine.Length))
            .Should().OnlyContain(found => found.IsTunnel());
        Classes(Cut(Stranger, genuine.Length - 86, genuine.Length - 70)).Should().Equal(PacketClass.Unproven);
        Classes(Cut(client.Peer.Remote, 0, first), Cut(client.Peer.Remote, first + 5, first + 10))
            .Should().Equal([PacketClass.Unproven, PacketClass.Unproven], "bytes are missing between them");

        StreamSegment Cut(IPEndPoint source, int from, int to) =>
            new(source, 1 + (uint)(source == Stranger ? 0 : from), false, genuine.AsMemory(from..to));

        PacketClass[] Classes(params StreamSegment[] segments)
        {
            using var accountant = new StreamAccountant(server.ExportAccount());
            Array.ForEach(segments, accountant.Add);
            return [.. accountant.Finish().Select(verdict => verdict.Class)];
        }
    }


    /// <summary>A reset wrapped as a client does: with the key's other half, so the server's wrapping of a key whose halves
    /// are exchanged.</summary>
    private static byte[] ClientReset(WrappingMode mode, StaticKey key)
    {
        var wrapping = ControlWrapping.Create(mode, key.Exchanged(), 1_700_000_000);
        var plain = new WireWriter(new byte[100]);
        ControlPacket.Write(
            ref plain, PacketHead.Of(Opcode.HardResetClient, 0), SessionId.Random(), default, default, 0, default);
        var packet = new byte[200];
        return packet[..wrapping.Wrap(plain.Written, packet)];
    }
}
