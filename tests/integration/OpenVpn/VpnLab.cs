// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>
/// Two hosts on one cable: the client, and the server with an "internet" behind it, which listens for TCP on
/// <see cref="Target4"/> and <see cref="Target6"/>.
/// </summary>
internal sealed class VpnLab : IServerPlace, IDisposable
{
    public const string Server4 = "192.0.2.1";
    public const string Server6 = "2001:db8:1::1";
    public const string OtherServer4 = "192.0.2.11";

    private readonly List<IDisposable> _owned = [];
    private readonly CancellationTokenSource _end = new();

    public VpnLab()
    {
        ServerHost = Own(new Namespace("server"));
        ClientHost = Own(new Namespace("client"));
        ServerHost.Connect(ClientHost, "eth0", "eth0");
        foreach (var address in new[] { Server4 + "/24", OtherServer4 + "/24", Server6 + "/64 nodad" })
        {
            ServerHost.Ip($"address add {address} dev eth0");
        }

        ServerHost.Ip($"address add {Target4}/32 dev lo");
        ServerHost.Ip($"address add {Target6}/128 dev lo nodad");
        ClientHost.Ip("address add 192.0.2.2/24 dev eth0");
        ClientHost.Ip("address add 2001:db8:1::2/64 dev eth0 nodad");
        ClientHost.Ip($"route add default via {Server4}");
        ClientHost.Ip($"-6 route add default via {Server6}");
        Listen(Target4);
        Listen(Target6);
    }

    public static IPAddress Target4 { get; } = IPAddress.Parse("203.0.113.80");

    public static IPAddress Target6 { get; } = IPAddress.Parse("2001:db8:3::80");

    public Namespace ServerHost { get; }

    public Namespace ClientHost { get; }

    public CertificateAuthority Authority { get; } = CertificateAuthority.Create(TimeProvider.System);

    /// <summary>A server's options with the lab's networks.</summary>
    public OpenVpnServerOptions Options(string address = Server4) => new()
    {
        Listen = new IPEndPoint(IPAddress.Parse(address), 1194),
        Authority = Authority,
        Tunnel4 = IPNetwork.Parse("198.51.100.0/24"),
        Tunnel6 = IPNetwork.Parse("2001:db8:100::/64"),
    };

    public OpenVpnServer Start(OpenVpnServerOptions options) => Own(OpenVpnServer.Start(options, this));

    /// <summary>Starts the real client.</summary>
    public ClientProcess Connect(OpenVpnServerOptions options, string name = "client", params string[] extra)
    {
        var profile = new ClientProfile
        {
            Server = options,
            Remote = options.Listen,
            Credential = options.RequireClientCertificate ? Own(Authority.IssueClient(name)) : null,
            Extra = extra,
        };
        return Start(profile);
    }

    public ClientProcess Start(ClientProfile profile) => Own(ClientProcess.Start(ClientHost, profile.Render()));

    /// <summary>Connects from the client to the target and asks from which address it was seen.</summary>
    /// <remarks>
    /// A new IPv6 address is tentative for a moment even on a tun, and until then the kernel gives packets another
    /// source, which no server takes. An attempt that meets this is given up and made anew.
    /// </remarks>
    public async Task<IPAddress> SeenAddressAsync(IPAddress target, CancellationToken timeout)
    {
        while (true)
        {
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(timeout);
            attempt.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                return await AskAddressAsync(target, attempt.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!timeout.IsCancellationRequested)
            {
            }
        }
    }

    public async Task<IPAddress> AskAddressAsync(IPAddress target, CancellationToken timeout)
    {
        using var socket = ClientHost.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(new IPEndPoint(target, 7), timeout).ConfigureAwait(false);
        var buffer = new byte[64];
        var length = await socket.ReceiveAsync(buffer, timeout).ConfigureAwait(false);
        return IPAddress.Parse(System.Text.Encoding.ASCII.GetString(buffer, 0, length));
    }

    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        return ServerHost.Run(() => new Socket(family, type, protocol));
    }

    public TunDevice OpenTun()
    {
        var tun = ServerHost.Run(() => TunDevice.Open("tun0"));
        ServerHost.Ip("address add 198.51.100.1/24 dev tun0");
        ServerHost.Ip("address add 2001:db8:100::1/64 dev tun0 nodad");
        ServerHost.Ip("link set tun0 up");
        return tun;
    }

    public void Dispose()
    {
        _end.Cancel();
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        Authority.Dispose();
        _end.Dispose();
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private void Listen(IPAddress address)
    {
        var listener = Own(ServerHost.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)));
        listener.Bind(new IPEndPoint(address, 7));
        listener.Listen();
        // Away from the test's own thread: it may be blocked when somebody connects.
        _ = Task.Run(() => AnswerAsync(listener));
    }

    private async Task AnswerAsync(Socket listener)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var socket = await listener.AcceptAsync(_end.Token);
                var seen = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(seen), _end.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client hung up, or the lab ends.
            }
        }
    }
}
