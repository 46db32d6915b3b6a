// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Text;
using LeakVerifier.Harness.Judging;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.Policy;
using LeakVerifier.UnitTests.OpenVpn;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>
/// The case that no address, port or socket decides: another user sends to the VPN's own address <em>and</em> port.
/// </summary>
public sealed class AuthenticatedTransportTests
{
    private const string Own = "192.0.2.2";
    private const string Server = "203.0.113.10";
    private const ushort VpnPort = 1194;
    private const ushort ClientPort = 40_000;
    private const int DataHeader = 8;

    private static readonly byte[] Inner = Packets.IPv4("198.51.100.2", "203.0.113.80");

    private static readonly WireFacts Wire = JudgeBench.Wire with { OwnAddresses = [IPAddress.Parse(Own)] };

    [TestCase(50_000)]
    [TestCase(ClientPort)]
    public void Of_a_hundred_thousand_genuine_datagrams_none_leaks_but_a_forged_a_replayed_and_a_plain_one(
        int port)
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server, port: ClientPort);
        var genuine = Genuine(client);
        byte[][] foreign = [Forged(client.Capture[^2]), client.Capture[^1], Encoding.ASCII.GetBytes("GET / HTTP/1.1")];
        byte[][] added = [.. foreign.Select(payload => Frame((ushort)port, payload))];

        var authenticated = Authenticated(server);
        var judgement = Judge(authenticated, [.. genuine, .. added]);

        judgement.LeakedFrames.Should().Be(3);
        judgement.Allowed.Should().ContainSingle().Which.Should().Be(
            new KeyValuePair<AllowedReason, long>(AllowedReason.Transport, genuine.Count));
        judgement.Leaks.Select(leak => leak.UnixNanoseconds - genuine.Count).Should().Equal(0, 1, 2);
        judgement.Leaks.Select(leak => leak.Why!.Split(':')[0]).Should().Equal("forged", "replayed", "not the tunnel's");
        authenticated.Totals[PacketClass.Data].Should().Be(100_000);

        // Addresses, ports and sockets alone would have let all three pass.
        Judge(Sockets(port), [.. genuine, .. added]).LeakedFrames.Should().Be(0);
        Judge(Authenticated(server), genuine).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void Without_the_servers_keys_nothing_is_proved()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server, port: ClientPort);
        client.Connect();
        var frames = client.Capture.Select(packet => Frame(ClientPort, packet)).ToList();

        var judgement = Judge(new AuthenticatedTransport(), frames);

        judgement.LeakedFrames.Should().Be(frames.Count).And.BePositive();
        judgement.Leaks.Should().OnlyContain(leak => leak.Why == "the tunnel's server gave no keys");
        Judge(Authenticated(server), frames).LeakedFrames.Should().Be(0);
    }

    [Test]
    public void A_fragment_of_a_genuine_datagram_is_refused()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server, port: ClientPort);
        client.Connect();
        client.Send(Inner);
        var datagram = Udp(ClientPort, VpnPort, client.Capture[^1]);
        var fragment = IPv4(Own, Server, 17, datagram[..24], hasMore: true);

        Judge(Authenticated(server), [fragment]).Leaks.Should().ContainSingle()
            .Which.Why.Should().Contain("nothing can be authenticated");
        Judge(Authenticated(server), [IPv4(Own, Server, 17, datagram)]).LeakedFrames.Should().Be(0);
    }

    /// <summary>A handshake and 100,000 packets of data.</summary>
    private static List<byte[]> Genuine(MemoryClient client)
    {
        client.Connect();
        for (var i = 0; i < 100_000; i++)
        {
            client.Send(Inner);
        }

        return [.. client.Capture.Select(packet => Frame(ClientPort, packet))];
    }

    /// <summary>The header of a genuine packet, and behind it what another key made.</summary>
    private static byte[] Forged(byte[] genuine)
    {
        var otherKey = new DataKeyBlock(RandomNumberGenerator.GetBytes(256)).ClientToServer(DataCipher.Aes256Gcm);
        using var sealer = new DataSealer(otherKey, 0, 0);
        var packet = new byte[Inner.Length + DataPacket.Overhead];
        sealer.Seal(Inner, packet);
        return [.. genuine[..DataHeader], .. packet[DataHeader..]];
    }

    private static byte[] Frame(ushort port, byte[] payload) => IPv4(Own, Server, 17, Udp(port, VpnPort, payload));

    private static AuthenticatedTransport Authenticated(MemoryServer server)
    {
        var transport = new AuthenticatedTransport();
        transport.Attach(server.ExportAccount);
        return transport;
    }

    private static SocketTransport Sockets(int port)
    {
        var remote = new IPEndPoint(IPAddress.Parse(Server), VpnPort);
        var transport = new SocketTransport();
        foreach (var local in new[] { ClientPort, port }.Distinct())
        {
            transport.Add(new OwnedSocket(
                TransportProtocol.Udp, new IPEndPoint(IPAddress.Parse(Own), local), remote, 0, long.MaxValue));
        }

        return transport;
    }

    /// <summary>Judges frames that come one nanosecond after the other.</summary>
    private static Judgement Judge(ITransportOracle oracle, List<byte[]> frames)
    {
        var judge = new Judge(JudgeBench.SamplePolicy, Wire, oracle, new ProbeBook([]));
        judge.OpenWindow(0);
        for (var i = 0; i < frames.Count; i++)
        {
            judge.Take(At(i, frames[i]));
        }

        var judgement = judge.Finish();
        judgement.Judged.Should().Be(frames.Count);
        return judgement;
    }
}
