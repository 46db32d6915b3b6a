// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.IntegrationTests.Capture;

/// <summary>A client and a router in namespaces of their own, joined by one link; gone with the test.</summary>
internal sealed class TestLink : IDisposable
{
    public const string RouterInterface = "port0";
    public const string RouterMac = "02:00:00:00:00:01";

    private readonly NetworkNamespace _routerSpace = NetworkNamespace.Create();
    private readonly NetworkNamespace _clientSpace = NetworkNamespace.Create();

    private TestLink()
    {
        Router = new NamespaceThread(_routerSpace, "router");
        Client = new NamespaceThread(_clientSpace, "client");
    }

    public NamespaceThread Router { get; }

    public NamespaceThread Client { get; }

    public static async Task<TestLink> CreateAsync()
    {
        var link = new TestLink();
        await IpAsync(link.Router,
            $"link add {RouterInterface} address {RouterMac} type veth peer name eth0 netns {link._clientSpace.Path}");
        await IpAsync(link.Router, $"addr add 192.0.2.1/24 dev {RouterInterface}");
        await IpAsync(link.Router, $"link set {RouterInterface} up");
        await IpAsync(link.Client, "addr add 192.0.2.100/24 dev eth0");
        await IpAsync(link.Client, "link set eth0 up");

        await Carrier.WaitAsync(link.Client, "eth0", TimeSpan.FromSeconds(20));

        // A known neighbour, so that the first packet waits for no resolution.
        await IpAsync(link.Client, $"neigh add 192.0.2.1 lladdr {RouterMac} dev eth0");
        return link;
    }

    public static async Task IpAsync(NamespaceThread thread, string arguments)
    {
        (await ChildProcess.RunAsync(thread, ["ip", .. arguments.Split(' ')])).ThrowIfFailed();
    }

    /// <summary>Sends datagrams to the router, each with its number.</summary>
    public async Task SendAsync(int count)
    {
        using var socket = await Client.RunAsync(
            () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var router = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9).Serialize();
        var datagram = new byte[200];
        for (var number = 0; number < count; number++)
        {
            BitConverter.TryWriteBytes(datagram, number);
            socket.SendTo(datagram, SocketFlags.None, router);
        }
    }

    public void Dispose()
    {
        Router.Dispose();
        Client.Dispose();
        _routerSpace.Dispose();
        _clientSpace.Dispose();
    }
}
