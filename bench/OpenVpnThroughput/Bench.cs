// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.IntegrationTests.OpenVpn;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.OpenVpnThroughput;

/// <summary>
/// Two hosts on one cable. The same client and the same copier measure this library's server and the real one in turn.
/// </summary>
internal sealed class Bench : IServerPlace, IDisposable
{
    private const string ServerAddress = "192.0.2.1";
    private const string TunnelServer = "198.51.100.1";

    private readonly Namespace _serverHost = new("server");
    private readonly Namespace _clientHost = new("client");
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lv-bench");
    private readonly OpenVpnServerOptions _options;

    public Bench(Transport transport)
    {
        _serverHost.Connect(_clientHost, "eth0", "eth0");
        _serverHost.Ip($"address add {ServerAddress}/24 dev eth0");
        _clientHost.Ip("address add 192.0.2.2/24 dev eth0");
        _options = new OpenVpnServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Parse(ServerAddress), 1194),
            Transport = transport,
            Authority = _authority,
            Tunnel4 = IPNetwork.Parse("198.51.100.0/24"),
            Push = ["ping 1", "ping-restart 10"],
        };
    }

    public async Task<Measurement> MeasureAsync(bool isReal, int seconds, int connects)
    {
        using IDisposable server = isReal ? StartReal() : OpenVpnServer.Start(_options, this);
        var times = new List<double>();
        for (var i = 0; i < connects; i++)
        {
            using var connecting = await ConnectAsync();
            times.Add(connecting.Milliseconds);
        }

        // The first ones warm the server up.
        times = [.. times.Skip(2).Order()];
        using var client = await ConnectAsync();
        var down = await CopyAsync(_serverHost, _clientHost, "198.51.100.2", seconds);
        var up = await CopyAsync(_clientHost, _serverHost, TunnelServer, seconds);
        return new Measurement(down, up, times[times.Count / 2]);
    }

    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        return _serverHost.Run(() => new Socket(family, type, protocol));
    }

    public TunDevice OpenTun()
    {
        var tun = _serverHost.Run(() => TunDevice.Open("tun0"));
        _serverHost.Ip($"address add {TunnelServer}/24 dev tun0");
        _serverHost.Ip("link set tun0 up");
        return tun;
    }

    public void Dispose()
    {
        _clientHost.Dispose();
        _serverHost.Dispose();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<double> CopyAsync(Namespace from, Namespace to, string address, int seconds)
    {
        using var listener = to.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, 5000));
        listener.Listen();
        using var sender = from.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await sender.ConnectAsync(IPAddress.Parse(address), 5000);
        using var receiver = await listener.AcceptAsync();
        using var end = new CancellationTokenSource();
        var sending = Task.Run(() => SendAsync(sender, end.Token));
        var buffer = new byte[256 * 1024];
        var clock = Stopwatch.StartNew();
        var bytes = 0L;
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            bytes += await receiver.ReceiveAsync(buffer);
        }

        var rate = bytes * 8 / clock.Elapsed.TotalSeconds / 1e6;
        await end.CancelAsync();
        receiver.Dispose();
        await sending;
        return rate;
    }

    private static async Task SendAsync(Socket socket, CancellationToken end)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            while (true)
            {
                await socket.SendAsync(buffer, end);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The time is over.
        }
    }

    private async Task<OpenVpnProcess> ConnectAsync()
    {
        using var credential = _authority.IssueClient("client");
        var profile = new ClientProfile { Server = _options, Remote = _options.Listen, Credential = credential };
        var client = OpenVpnProcess.Start(_clientHost, Write("client.ovpn", profile.Render()));
        await client.Ready;
        return client;
    }

    private OpenVpnProcess StartReal()
    {
        using var credential = _authority.IssueServer("server");
        var program = OpenVpnProcess.Start(_serverHost, Write("server.ovpn", $"""
            dev tun0
            dev-type tun
            proto {(_options.Transport == Transport.Udp ? "udp4" : "tcp4-server")}
            local {ServerAddress}
            port 1194
            topology subnet
            server 198.51.100.0 255.255.255.0
            keepalive 1 10
            data-ciphers AES-256-GCM
            disable-dco
            dh none
            verb 3
            <ca>
            {_authority.CertificatePem}
            </ca>
            <cert>
            {credential.CertificatePem}
            </cert>
            <key>
            {credential.PrivateKeyPem}
            </key>
            """));
        program.Ready.Wait();
        return program;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
