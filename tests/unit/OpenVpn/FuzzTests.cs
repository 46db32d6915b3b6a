// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net;
using FluentAssertions.Execution;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>
/// Random, changed, cut, spliced and repeated packets against a server that serves a genuine client meanwhile. Short
/// by default; <c>LV_FUZZ_SECONDS</c> makes it longer. The seed is told when something fails.
/// </summary>
public sealed class FuzzTests
{
    private const int DefaultSeconds = 3;

    /// <summary>
    /// Bounded tables fill to their bounds: events, accounts of sessions, half-open sessions with their TLS.
    /// </summary>
    private const long MaximumGrowth = 128 * 1024 * 1024;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("LV_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : DefaultSeconds);

    private static readonly byte[] Inner = Packets.IPv4("198.51.100.2", "203.0.113.80");

    [Test]
    public void Hostile_packets_of_strangers_neither_crash_the_server_nor_pass_nor_touch_its_client()
    {
        using var server = new MemoryServer();
        using var client = Connected(server, 40_000);
        var strangers = Enumerable.Range(1, 200).Select(Stranger).ToArray();
        Attack(server, client, strangers, () => client.Send(Inner).Should().Equal(Inner));

        strangers.Max(stranger => stranger.Longest).Should().BeLessThan(ControlPacket.MaximumLength);
    }

    [Test]
    public void Hostile_packets_with_the_clients_own_address_and_session_neither_crash_the_server_nor_pass()
    {
        // Without a wrapping key somebody on the path can end a session, as at any OpenVPN server. A new one is served.
        using var server = new MemoryServer();
        using var first = Connected(server, 40_000);
        var port = 40_001;
        Attack(server, first, [first.Peer], () =>
        {
            using var client = Connected(server, port++ % 20_000 + 40_000);
            client.Send(Inner).Should().Equal(Inner);
        });
    }

    [Test]
    public void Hostile_packets_never_crash_the_accounts_nor_pass_as_the_tunnels()
    {
        var seed = Environment.TickCount;
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(Inner);
        var fuzzer = new Fuzzer(seed, [.. client.Capture]);
        var account = server.ExportAccount();
        using var datagrams = new DatagramAccountant(account);
        using var streams = new StreamAccountant(account);
        client.Capture.Should().OnlyContain(packet => datagrams.Judge(client.Peer.Remote, packet).Class.IsTunnel());
        var stranger = new IPEndPoint(IPAddress.Parse("192.0.2.2"), 50_000);
        for (var i = 0; i < 30_000; i++)
        {
            var packet = fuzzer.Next();
            streams.Add(new StreamSegment(stranger, (uint)fuzzer.Below(100_000), fuzzer.Below(50) == 0, packet));
            var verdict = datagrams.Judge(stranger, packet);
            verdict.Class.IsTunnel().Should().BeFalse($"seed {seed}: {Convert.ToHexString(packet)}, {verdict.Reason}");
        }

        streams.Finish().Should().HaveCount(30_000);
    }

    private static void Attack(MemoryServer server, MemoryClient victim, MemoryPeer[] sources, Action check)
    {
        var seed = Environment.TickCount;
        var fuzzer = new Fuzzer(seed, [.. victim.Capture]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var packets = 0L;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Duration)
        {
            for (var i = 0; i < 1000; i++, packets++)
            {
                var packet = fuzzer.Next();
                if (server.Receive(sources[fuzzer.Below(sources.Length)], packet).Length > 0)
                {
                    Assert.Fail($"seed {seed}: {Convert.ToHexString(packet)} came out as data");
                }
            }

            server.Time.Advance(TimeSpan.FromMilliseconds(50));
            using (new AssertionScope($"seed {seed}, packet {packets}"))
            {
                server.Sessions.Count.Should().BeLessThan(server.Options.MaximumHalfOpen + 4);
                check();
            }

            victim.Capture.Clear();
            victim.Peer.TakeAll();
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Progress.WriteLine($"{packets} packets, seed {seed}, memory {before / 1024} -> {after / 1024} KB");
        (after - before).Should().BeLessThan(MaximumGrowth);
    }

    private static MemoryClient Connected(MemoryServer server, int port)
    {
        var client = new MemoryClient(server, port: port);
        client.Connect();
        client.Renegotiate();
        client.Send(Inner).Should().NotBeEmpty();
        return client;
    }

    private static MemoryPeer Stranger(int port) => new(new IPEndPoint(IPAddress.Parse("203.0.113.66"), port));
}
