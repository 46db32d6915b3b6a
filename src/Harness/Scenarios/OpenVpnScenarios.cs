// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.OpenVpn.Server;
using static LeakVerifier.Harness.Faults.OpenVpnFaults;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>
/// What a server, or a signal, does to the real OpenVPN client. First the four families in which <c>persist-tun</c> does
/// not help: the client exits, its options change, it is hung up, it is pushed something hostile.
/// </summary>
internal static class OpenVpnScenarios
{
    private static readonly OpenVpnSetUp Persist = new() { PersistTun = true };
    private static readonly OpenVpnSetUp Plain = new();
    private static readonly OpenVpnSetUp Tcp = new() { Transport = Transport.Tcp };

    /// <summary>A restart, its pause of a second, a new connection, and time to leak.</summary>
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(4);

    /// <summary>The client notices a silent server, gives its tun up and leaks.</summary>
    private static readonly TimeSpan PastPingRestart = TimeSpan.FromSeconds(OpenVpnTunnel.PingRestart + 3);

    public static ImmutableArray<Scenario> All { get; } =
    [
        .. Exits(), .. OtherOptions(), .. Hostile(), .. Restarts(), .. OverTcp(), .. Loses(), .. Connecting(), Stays(),
    ];

    /// <summary>The client stays in its tunnel; what goes beside it leaks all the same without a firewall.</summary>
    private static Scenario Stays() => Of(
        Server(
            "stays",
            "the server corrupts, replays and mislabels packets, renegotiates, forges a reset and pushes again",
            "corrupt 20", "replay 20", "wrong-key 5", "renegotiate", "forge-reset", "push now", "say INFO,hello"),
        Plain, [10], [], Reconnect);

    /// <summary>The client ends: no tun is left, persistent or not.</summary>
    private static IEnumerable<Scenario> Exits()
    {
        yield return Of(Server("auth-failed", "the server refuses the client for good", "auth-failed"), Persist, [4], New, Short);
        yield return Of(Server("halt", "the server tells the client to stop", "halt"), Persist, [4], New, Short);
        yield return Of(
            Server("inactive", "the server pushes a limit of inactivity", "push add inactive 2 1000000000", "restart"),
            Persist, [4], New, TimeSpan.FromSeconds(6));
        // Its silence begins with the last packet that it read, and on a busy machine setting its tun up takes a while.
        yield return Of(
            Server("ping-exit", "the server has the client exit on silence, and falls silent", "push replace ping-restart with ping-exit 5", "restart"),
            Persist with { Script = "when tunnel-up #2 do blackhole" }, [4, 5], New, TimeSpan.FromSeconds(8));

        // Over TCP a closed port is noticed at once. Over UDP it takes a timeout, which a busy machine's first connect exceeds.
        yield return Of(
            Server("tcp-retry-max", "the server is gone and the client may try once", "close", "rst"),
            Tcp with { PersistTun = true, ClientLines = ["connect-retry-max 1"] }, [4], New, TimeSpan.FromSeconds(6));
        yield return Of(ProcessFaults.Killed, Persist, [1], New, Short);
        yield return Of(HungUp, Persist, [4], New, Reconnect);
        yield return Of(AskedToEnd, Plain with { ClientLines = ["explicit-exit-notify 2"] }, [2], New, TimeSpan.FromSeconds(5));
    }

    /// <summary>On a reconnect the options differ from the last ones, so the client opens its tun anew.</summary>
    private static IEnumerable<Scenario> OtherOptions()
    {
        yield return Of(Server("address-changed", "a reconnect gives another address", "address other", "restart"), Persist, [7], New, Reconnect);
        yield return Of(Server("options-reordered", "a reconnect gives the same options in another order", "push reverse", "restart"), Persist, [4], New, Reconnect);
        yield return Of(Server("redirect-missing", "a reconnect gives no routes", "push remove redirect-gateway", "restart"), Persist, [12], New, Reconnect);
        yield return Of(Server("address-missing", "a reconnect gives no address", "push remove ifconfig", "restart"), Persist, [7], New, Reconnect);
    }

    /// <summary>On a reconnect the server pushes options that are valid and lead past the tunnel.</summary>
    private static IEnumerable<Scenario> Hostile()
    {
        yield return Of(
            Server("route-past-tunnel", "a reconnect gives a route past the tunnel", "push add route 198.51.100.10 255.255.255.255 net_gateway", "restart"),
            Persist, [15], ProbeNames.V4(New), Reconnect);
        yield return Of(
            Server("ipv6-only", "a reconnect leads IPv6 only into the tunnel", "push replace redirect-gateway with redirect-gateway def1 ipv6 !ipv4", "restart"),
            Persist, [55], ProbeNames.V4(New), Reconnect);
        yield return Of(
            Server("ipv4-only", "a reconnect leads IPv4 only into the tunnel", "push ipv4-only", "restart"),
            Persist, [53, 55], ProbeNames.V6(New), Reconnect);
        yield return Of(
            Server("block-ipv6", "a reconnect asks the client to block IPv6", "push ipv4-only", "push add block-ipv6", "restart"),
            Persist, [53, 55], ProbeNames.V6(New), Reconnect);
        yield return Of(
            Server("lan-subnet", "a reconnect gives an address of the client's own network", "push replace ifconfig with ifconfig 192.0.2.222 255.255.255.0", "restart"),
            Persist, [16], ProbeNames.V4(New), Reconnect);
    }

    /// <summary>The client starts over, and without <c>persist-tun</c> gives its tun up meanwhile.</summary>
    private static IEnumerable<Scenario> Restarts()
    {
        yield return Of(Server("restart", "the server tells the client to restart", "restart"), Plain, [4], New, Short);
        yield return Of(Server("exit-message", "the server says that it leaves", "exit"), Plain, [4], New, Short);
        yield return Of(Server("exit-packet", "the server says in the data channel that it leaves", "exit-packet"), Plain, [4], New, Short);
        yield return Of(Server("auth-failed-temp", "the server refuses the client for a while", "auth-failed-temp 2"), Plain, [4], New, Reconnect);
        yield return Of(
            Server("auth-retry", "the server refuses a client that tries again", "auth-failed"),
            Plain with { ClientLines = ["auth-retry nointeract"] }, [4], New, Reconnect);
        yield return Of(Server("garbage", "the server sends garbage on the control channel", "garbage"), Plain, [4], New, Short);
        yield return Of(Server("port-closed", "the server closes its port", "close"), Plain, [4], New, PastPingRestart);
        yield return Of(Server("forgotten", "the server forgets the session", "forget"), Plain, [4], New, PastPingRestart);
        yield return Of(Server("blackhole", "the server neither hears nor answers", "blackhole"), Plain, [5], New, PastPingRestart);
        yield return Of(Server("mute", "the server hears and does not answer", "drop out all"), Plain, [5], New, PastPingRestart);

        // With the default of an hour for tran-window the old keys carry the tunnel on, and nothing leaks.
        yield return Of(
            Server("renegotiation-dies", "the server asks for new keys and then is silent on the control channel", "renegotiate", "drop both control"),
            Plain with { ClientLines = ["hand-window 2", "tran-window 2"] }, [10], New, PastPingRestart);
        yield return Of(Server("moved", "the server answers from another address", "move 203.0.113.11"), Plain, [8], New, PastPingRestart);
        yield return Of(Server("untrusted", "a reconnect meets an untrusted certificate", "certificate other", "restart"), Plain, [10], New, Reconnect);
        yield return Of(Server("tls-stalled", "a reconnect meets a stalled handshake", "restart", "stall-tls 2"), Plain, [9], New, Reconnect);
        yield return Of(Server("no-acks", "a reconnect is not acknowledged", "stop-acks", "restart"), Plain, [9], New, Reconnect);
        yield return Of(Server("no-push", "a reconnect is given no options", "push never", "restart"), Plain, [9], New, Reconnect);
        yield return Of(Server("cipher-refused", "a reconnect is given a cipher that the client does not have", "push replace cipher with cipher AES-256-CBC", "restart"), Plain, [10], New, Reconnect);
    }

    /// <summary>The client stays, and loses its interface or its routes to somebody else.</summary>
    private static IEnumerable<Scenario> Loses()
    {
        yield return Of(InterfaceFaults.TunnelDown, Plain, [6], Every, Short);
        yield return Of(RouteFaults.RoutesDeleted, Plain, [12, 21], Every, Short);
    }

    /// <summary>
    /// What only a stream can suffer. The relay's users share address and port with the tunnel: their connections go to the
    /// same socket, and nothing but the bytes, and who may hold the client's port, tells them from the tunnel's.
    /// </summary>
    private static IEnumerable<Scenario> OverTcp()
    {
        yield return Of(Server("tcp-rst", "the server resets the TCP connection", "rst"), Tcp, [4], New, Short);
        yield return Of(Server("tcp-fin", "the server ends the TCP connection", "fin"), Tcp, [4], New, Short);
        yield return Of(Server("tcp-corrupt", "the server corrupts a packet of the stream", "corrupt 1"), Tcp, [4], New, Short);
        yield return Of(
            Server("tcp-closed", "the server resets the TCP connection and closes its port", "close", "rst"),
            Tcp, [4], New, Reconnect);
        yield return Of(
            Server("tcp6-rst", "the server resets the TCP connection", "rst"), Tcp with { IsOverIPv6 = true }, [4], New, Short);
    }

    /// <summary>The client never gets as far as a tunnel: what is sent meanwhile would be in the clear.</summary>
    private static IEnumerable<Scenario> Connecting()
    {
        yield return Connecting("connect-unanswered", "the server never answers", "when started do drop in all", None);
        yield return Connecting("connect-refused", "the server refuses the client", "when keys-read do auth-failed", None);
        yield return Connecting(
            "connect-cancelled", "the client is asked to end (SIGTERM) in the middle of its handshake",
            "when started do stall-tls 2", ProcessFaults.Terminated);
    }

    private static Scenario Connecting(string id, string what, string script, Fault fault)
    {
        return Of(fault, new OpenVpnSetUp { Script = script, IsAwaited = false }, [9], Every, Short) with
        {
            Id = "openvpn-" + id,
            Course = Course.WhileConnecting,
            Shows = $"Whether anything but OpenVPN's own packets leaves when the client connects and {what}.",
        };
    }

    private static ImmutableArray<string> Every => [.. ProbeNames.EstablishedFlows, .. New];

    private static TimeSpan Short => TimeSpan.FromSeconds(3);

    private static ImmutableArray<string> New => ProbeNames.NewFlows;

    private static Scenario Of(
        Fault fault, OpenVpnSetUp setUp, ImmutableArray<int> classes, ImmutableArray<string> alsoLeak, TimeSpan window)
    {
        var persist = setUp.PersistTun ? ", with persist-tun" : "";
        return new Scenario
        {
            Id = "openvpn-" + fault.Id,
            Shows = $"Whether anything but OpenVPN's own packets leaves when, in mid-transfer, {fault.What}{persist}.",
            Limits = Limits(setUp),
            LeakClasses = [.. classes.Union([18, 19, 38, 53, 63]), .. alsoLeak.IsEmpty ? [] : ProbeNames.NewFlowClasses],
            Tunnel = TunnelKind.OpenVpn,
            OpenVpn = setUp,
            Fault = fault,
            Window = window,

            // OpenVPN adds a host route for the transport's family only.
            MustLeak =
            [
                .. ProbeNames.BesideTheTunnel,
                .. setUp.IsOverIPv6 ? ProbeNames.V6(ProbeNames.SharedServer) : ProbeNames.V4(ProbeNames.SharedServer),
                .. alsoLeak,
            ],
        };
    }

    private static string Limits(OpenVpnSetUp setUp)
    {
        var family = setUp.IsOverIPv6 ? "IPv6" : "IPv4";
        return setUp.Transport == Transport.Udp
            ? $"One client version, UDP over {family}. Every datagram to the server is authenticated with its keys."
            : $"One client version, TCP over {family}, from a port that only privileged programs may use. Every byte to the "
                + "server is authenticated with its keys; segments without any are told by that port.";
    }
}
