// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.IntegrationTests.OpenVpn;

namespace LeakVerifier.Bench.ForwardingCost;

/// <summary>
/// A workstation, a gateway, and a server at the far end of the gateway's tunnel. The tunnel is a cable of that name,
/// so that nothing is measured but forwarding.
/// </summary>
internal sealed class Lab : IDisposable
{
    private static readonly IPEndPoint Server = new(IPAddress.Parse("203.0.113.80"), 8080);

    private readonly Namespace _workstation = new("workstation");
    private readonly Namespace _outside = new("outside");
    private readonly string _folder = Directory.CreateTempSubdirectory("forwarding-cost-").FullName;

    public Lab()
    {
        Gateway.Connect(_workstation, "eth1", "work");
        Gateway.Connect(_outside, "tun0", "far");
        Gateway.Ip("addr add 192.0.2.1/24 dev eth1");
        Gateway.Ip("addr add 198.51.100.2/24 dev tun0");
        Gateway.Ip("route add 203.0.113.80/32 via 198.51.100.1 dev tun0");
        Gateway.Execute("sysctl", "-qw net.ipv4.ip_forward=1");
        _workstation.Ip("addr add 192.0.2.2/24 dev work");
        _workstation.Ip("route add default via 192.0.2.1");
        _outside.Ip("addr add 198.51.100.1/24 dev far");
        _outside.Ip("addr add 203.0.113.80/32 dev lo");
        _outside.Ip("route add 192.0.2.0/24 via 198.51.100.2 dev far");
        File.WriteAllText(Configuration, """
            VPN_INTERFACE=tun0
            TUNNEL_USER=1194
            VPN_SERVERS=203.0.113.10:1194/udp
            FORWARDING=true
            INT_IF=eth1

            """);
    }

    public Namespace Gateway { get; } = new("gateway");

    public string Configuration => Path.Combine(_folder, "bench.conf");

    /// <summary>Bits a second of one TCP connection through the gateway.</summary>
    public double Stream(TimeSpan duration)
    {
        using var listener = _outside.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(Server);
        listener.Listen();
        using var sender = Connected(SocketType.Stream, ProtocolType.Tcp);
        using var receiver = listener.Accept();
        var sending = new Thread(() =>
        {
            var data = new byte[128 * 1024];
            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun) < duration)
            {
                sender.Send(data);
            }

            sender.Shutdown(SocketShutdown.Send);
        });
        sending.Start();
        var begun = Stopwatch.GetTimestamp();
        var buffer = new byte[256 * 1024];
        var bytes = 0L;
        while (receiver.Receive(buffer) is var length and > 0)
        {
            bytes += length;
        }

        sending.Join();
        return 8 * bytes / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Small datagrams a second that reach the far end.</summary>
    public double Datagrams(TimeSpan duration)
    {
        const string rule = "inet wire arrived iifname far udp dport 8080 counter drop";
        _outside.Execute("nft", "add table inet wire");
        _outside.Execute("nft", "add chain inet wire arrived { type filter hook prerouting priority raw; }");
        _outside.Execute("nft", "add rule " + rule);
        using var sender = Connected(SocketType.Dgram, ProtocolType.Udp);
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < duration)
        {
            for (var number = 0; number < 64; number++)
            {
                sender.Send("datagram"u8);
            }
        }

        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var counter = _outside.Execute("nft", "list chain inet wire arrived").Split("packets ")[1].Split(' ')[0];
        _outside.Execute("nft", "delete table inet wire");
        return long.Parse(counter) / seconds;
    }

    public void Dispose()
    {
        Gateway.Dispose();
        _workstation.Dispose();
        _outside.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Socket Connected(SocketType type, ProtocolType protocol)
    {
        var socket = _workstation.Run(() => new Socket(AddressFamily.InterNetwork, type, protocol));
        socket.Connect(Server);
        return socket;
    }
}
