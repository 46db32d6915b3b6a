// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.UnitTests.OpenVpn;

public sealed class SessionTests
{
    private static readonly byte[] FromClient = Packets.IPv4("198.51.100.2", "203.0.113.80");
    private static readonly byte[] ToClient = Packets.IPv4("203.0.113.80", "198.51.100.2");

    [Test]
    public void A_client_gets_its_options_unasked_and_its_packets_go_both_ways()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);

        client.Connect();

        client.Messages.Should().ContainSingle().Which.Should().StartWith("PUSH_REPLY,redirect-gateway def1 ipv6")
            .And.Contain("ifconfig 198.51.100.2 255.255.255.0").And.Contain("ifconfig-ipv6 2001:db8:100::2/64");
        client.Send(FromClient).Should().Equal(FromClient);
        server.Core.Forward(ToClient);
        client.Pump();
        client.Received.Should().ContainSingle().Which.Should().Equal(ToClient);
        server.Kinds.Should().ContainInOrder(
            ServerEventKind.ClientReset,
            ServerEventKind.TlsDone,
            ServerEventKind.KeysRead,
            ServerEventKind.PushSent,
            ServerEventKind.PushAcknowledged,
            ServerEventKind.TunnelUp,
            ServerEventKind.DataIn,
            ServerEventKind.DataOut);
    }

    [Test]
    public void Only_packets_with_the_clients_own_address_come_out_of_the_tunnel()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();

        client.Send(Packets.IPv4("198.51.100.3", "203.0.113.80")).Should().BeEmpty();
        client.Send(Packets.IPv6("2001:db8:100::3", "2001:db8:3::80")).Should().BeEmpty();
        client.Send([0x45, 0, 0]).Should().BeEmpty();
        client.Send([]).Should().BeEmpty();
        client.Send(Packets.IPv6("2001:db8:100::2", "2001:db8:3::80")).Should().NotBeEmpty();
    }

    [Test]
    public void A_replayed_or_changed_packet_does_not_come_out_of_the_tunnel()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(FromClient).Should().NotBeEmpty();
        var sent = client.Capture[^1];

        server.Receive(client.Peer, sent).Should().BeEmpty("it is a replay");
        for (var i = 0; i < sent.Length; i++)
        {
            var changed = sent.ToArray();
            changed[i] ^= 1;
            server.Receive(client.Peer, changed).Should().BeEmpty($"byte {i} was changed");
        }

        client.Send(FromClient).Should().NotBeEmpty("the session goes on");
    }

    [Test]
    public void Both_sides_can_ask_for_new_keys_and_the_old_ones_serve_until_the_client_uses_them()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(FromClient).Should().NotBeEmpty();

        for (var round = 0; round < 9; round++)
        {
            if (round % 2 == 0)
            {
                client.Renegotiate();
            }
            else
            {
                server.Sessions[0].Renegotiate();
                client.Pump();
            }

            client.Send(FromClient).Should().Equal(FromClient);
            server.Core.Forward(ToClient);
            client.Pump();
            client.Undecryptable.Should().Be(0);
        }

        client.Received.Should().HaveCount(9);
        client.Messages.Should().ContainSingle("options are pushed once");
        server.Kinds.Count(kind => kind == ServerEventKind.Renegotiated).Should().Be(9);
    }

    [Test]
    public void An_unacknowledged_packet_is_sent_again_after_two_seconds_and_then_ever_more_rarely()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server) { Acknowledges = false };
        client.Connect();
        client.Peer.TakeAll();

        server.Time.Advance(TimeSpan.FromSeconds(1.9));
        client.Peer.TakeAll().Should().BeEmpty();
        server.Time.Advance(TimeSpan.FromSeconds(0.2));
        var repeated = client.Peer.TakeAll();
        repeated.Should().NotBeEmpty();
        server.Time.Advance(TimeSpan.FromSeconds(3.8));
        client.Peer.TakeAll().Should().BeEmpty();
        server.Time.Advance(TimeSpan.FromSeconds(0.2));
        client.Peer.TakeAll().Should().HaveSameCount(repeated);
    }

    [Test]
    public void The_server_pings_when_it_was_silent_and_forgets_a_client_that_is()
    {
        using var server = new MemoryServer(options => options with { ClientTimeout = TimeSpan.FromSeconds(10) });
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(TunnelMessage.Ping);

        server.Time.Advance(TimeSpan.FromSeconds(5.5));
        client.Pump();
        client.Received.Should().HaveCount(5).And.OnlyContain(payload => TunnelMessage.IsPing(payload));
        server.Sessions.Should().ContainSingle();
        server.Time.Advance(TimeSpan.FromSeconds(5));
        server.Sessions.Should().BeEmpty();
        client.Peer.IsClosed.Should().BeTrue();
    }

    [Test]
    public void A_client_that_says_exit_is_served_a_few_seconds_more()
    {
        using var server = new MemoryServer();
        using var client = new MemoryClient(server);
        client.Connect();
        client.Say("EXIT");

        server.Kinds.Should().Contain(ServerEventKind.ClientExit);
        client.Send(FromClient).Should().NotBeEmpty();
        server.Time.Advance(TimeSpan.FromSeconds(6));
        client.Send(FromClient).Should().BeEmpty();
    }

    [Test]
    public void A_client_that_connects_anew_takes_its_old_sessions_place_and_address()
    {
        using var server = new MemoryServer();
        using var before = new MemoryClient(server);
        using var after = new MemoryClient(server, port: 40001);
        using var other = new MemoryClient(server, "other", port: 40002);
        before.Connect();
        after.Connect();
        other.Connect();

        before.Send(FromClient).Should().BeEmpty();
        after.Send(FromClient).Should().NotBeEmpty();
        other.Send(Packets.IPv4("198.51.100.3", "203.0.113.80")).Should().NotBeEmpty();
        server.Sessions.Should().HaveCount(2);
    }

    [Test]
    public void Half_open_sessions_give_way_to_new_ones_and_do_not_touch_established_ones()
    {
        using var server = new MemoryServer(options => options with { MaximumHalfOpen = 10 });
        using var client = new MemoryClient(server);
        client.Connect();
        for (var port = 1; port <= 1000; port++)
        {
            var stranger = new MemoryClient(server, port: port);
            stranger.Transmit([client.Capture[0][0], .. BitConverter.GetBytes((long)port), 0, 0, 0, 0, 0]);
        }

        server.Sessions.Should().HaveCount(11);
        client.Send(FromClient).Should().NotBeEmpty();
        server.Time.Advance(TimeSpan.FromSeconds(61));
        server.Sessions.Should().ContainSingle("handshakes have a minute");
    }

    [TestCase("when tunnel-up do restart later", "RESTART,later")]
    [TestCase("when tunnel-up do halt", "HALT")]
    [TestCase("when tunnel-up do exit", "EXIT")]
    [TestCase("when data-in do auth-failed", "AUTH_FAILED")]
    [TestCase("when tunnel-up do auth-failed-temp 4", "AUTH_FAILED,TEMP[backoff 4]:try later")]
    [TestCase("when bytes 60 do say INFO,hello", "INFO,hello")]
    public void A_script_says_its_message_at_its_event(string script, string message)
    {
        using var server = new MemoryServer(options => options with { Script = Parse(script) });
        using var client = new MemoryClient(server);
        client.Connect();
        client.Messages.Should().NotContain(message);

        client.Send(FromClient);
        client.Pump();

        client.Messages.Should().Contain(message);
    }

    [Test]
    public void A_script_refuses_a_client_before_its_options_are_sent()
    {
        using var server = new MemoryServer(options => options with { Script = Parse("when keys-read do auth-failed no") });
        using var client = new MemoryClient(server);
        client.Connect();

        client.Messages.Should().Equal("AUTH_FAILED,no");
    }

    [Test]
    public void A_script_acts_at_its_time_and_occurrence()
    {
        const string script = """
            when client-reset #2 do drop out all
            when tunnel-up after 500 ms do say INFO,late
            """;
        using var server = new MemoryServer(options => options with { Script = Parse(script) });
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(FromClient);
        server.Time.Advance(TimeSpan.FromMilliseconds(499));
        client.Pump();
        client.Messages.Should().NotContain("INFO,late");
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        client.Pump();
        client.Messages.Should().Contain("INFO,late");

        using var second = new MemoryClient(server, "second", 40001);
        second.Connect();
        second.Messages.Should().BeEmpty();
    }

    [Test]
    public void Dropped_corrupted_and_replayed_packets_are_exactly_those_that_the_script_names()
    {
        const string script = """
            when data-in do drop in data above 100
            when data-in do corrupt 1
            """;
        using var server = new MemoryServer(options => options with { Script = Parse(script) });
        using var client = new MemoryClient(server);
        client.Connect();
        client.Send(FromClient).Should().NotBeEmpty();
        client.Send(Packets.IPv4("198.51.100.2", "203.0.113.80", 101)).Should().BeEmpty();
        client.Send(Packets.IPv4("198.51.100.2", "203.0.113.80", 100)).Should().NotBeEmpty();

        server.Core.Forward(ToClient);
        server.Core.Forward(ToClient);
        client.Pump();
        client.Undecryptable.Should().Be(1);
        client.Received.Should().ContainSingle();
    }

    [Test]
    public void A_blackhole_begins_after_its_bytes()
    {
        using var server = new MemoryServer(options => options with { Script = Parse("when started do blackhole after 120") });
        server.Core.Raise(ServerEventKind.Started, null);
        using var client = new MemoryClient(server);
        client.Connect();

        client.Send(FromClient).Should().NotBeEmpty();
        client.Send(FromClient).Should().NotBeEmpty();
        client.Send(FromClient).Should().BeEmpty();
        server.Core.Forward(ToClient);
        client.Pump();
        client.Received.Should().BeEmpty();
    }

    [TestCase("push reverse", "PUSH_REPLY,cipher AES-256-GCM,")]
    [TestCase("push add route 203.0.113.9 255.255.255.255 net_gateway", ",route 203.0.113.9 255.255.255.255 net_gateway")]
    [TestCase("push replace ifconfig with ifconfig 192.0.2.77 255.255.255.0", ",ifconfig 192.0.2.77 255.255.255.0,")]
    [TestCase("push ipv4-only", "PUSH_REPLY,redirect-gateway def1,ping 1,ping-restart 5,route-gateway")]
    [TestCase("push remove redirect-gateway", "PUSH_REPLY,ping 1,")]
    public void A_script_changes_what_is_pushed(string action, string expected)
    {
        using var server = new MemoryServer(options => options with { Script = Parse("when client-reset do " + action) });
        using var client = new MemoryClient(server);
        client.Connect();

        client.Messages.Should().ContainSingle().Which.Should().Contain(expected);
    }

    [Test]
    public void A_push_that_is_too_long_for_a_message_is_split()
    {
        var options = Enumerable.Range(0, 60).Select(i => $"route 203.0.113.{i} 255.255.255.255").ToArray();
        using var server = new MemoryServer(o => o with { Push = options });
        using var client = new MemoryClient(server);
        client.Connect();

        client.Messages.Should().HaveCount(3).And.OnlyContain(message => message.Length < 1024);
        client.Messages[0].Should().EndWith(",push-continuation 2");
        client.Messages[^1].Should().EndWith(",push-continuation 1");
        string.Join(',', client.Messages).Split(',').Should().Contain(options);
    }

    private static FaultScript Parse(string text)
    {
        var result = FaultScript.Parse(text);
        result.Problems.Should().BeEmpty();
        return result.Script!;
    }
}
