// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>
/// The other ends of the virtual machine's network cards, in a namespace of its own: a router that gives addresses by DHCP
/// and router advertisements and answers DNS, the VPN's server, and an internet.
/// </summary>
internal sealed class BootNetwork : IServerPlace, IAsyncDisposable
{
    /// <summary>What the machine's firewall is told.</summary>
    public const string Configuration = "VPN_SERVERS=\"203.0.113.10:1194/udp\"\nDHCP=true\n";

    private const string ServerTun = "tunS";

    // Of all networks: the machines' disks hold one configuration, and are made once.
    private static readonly OpenVpnServerOptions Options = new()
    {
        Listen = new IPEndPoint(IPAddress.Parse("203.0.113.10"), 1194),
        Authority = CertificateAuthority.Create(TimeProvider.System),
        Tunnel4 = IPNetwork.Parse("198.51.100.0/24"),
        Tunnel6 = IPNetwork.Parse("2001:db8:100::/64"),
        Wrapping = WrappingMode.TlsCrypt,
        WrappingKey = StaticKey.Generate(),
    };

    private ChildProcess? _router;
    private OpenVpnServer? _server;

    public LabHost Host { get; } = new(HostRole.Router);

    /// <summary>The machine's addresses inside the tunnel.</summary>
    public static ImmutableArray<IPAddress> TunnelAddresses { get; } =
        [IPAddress.Parse("198.51.100.2"), IPAddress.Parse("2001:db8:100::2")];

    /// <summary>The configuration with which a client connects.</summary>
    public static string Profile()
    {
        using var credential = Options.Authority.IssueClient("laptop");
        return new ClientProfile { Server = Options, Remote = Options.Listen, Credential = credential }.Render();
    }

    /// <summary>Starts everything but the machine.</summary>
    /// <param name="transports">Are given the server's keys.</param>
    public async Task StartAsync(params AuthenticatedTransport[] transports)
    {
        var (first, late) = (NetworkCard.First.Tap, NetworkCard.Late.Tap);
        await Host.IpAsync(
            "link set lo up",
            $"tuntap add mode tap {first}",
            $"address add 192.0.2.1/24 dev {first}",
            $"address add 2001:db8:1::1/64 dev {first} nodad",
            $"link set {first} up",
            $"tuntap add mode tap {late}",
            $"address add 203.0.113.129/25 dev {late}",
            $"address add 2001:db8:4::1/64 dev {late} nodad",
            $"link set {late} up",
            "address add 203.0.113.10/32 dev lo",
            "address add 203.0.113.80/32 dev lo",
            "address add 203.0.113.53/32 dev lo",
            "address add 2001:db8:3::80/128 dev lo nodad");
        _router = await ChildProcess.StartAsync(
            Host.Root,
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-", "--user=root", "--pid-file",
                $"--interface={first}", "--except-interface=lo", "--bind-interfaces", "--no-resolv", "--no-hosts",
                "--address=/#/203.0.113.80", "--dhcp-leasefile=/dev/null", "--dhcp-range=192.0.2.50,192.0.2.50,1h",
                "--dhcp-option=option:dns-server,192.0.2.1", "--dhcp-option=option:ntp-server,203.0.113.80",
                "--enable-ra", "--dhcp-range=2001:db8:1::,ra-only",
            ]);
        _server = OpenVpnServer.Start(Options, this);
        foreach (var transport in transports)
        {
            transport.Attach(_server.ExportAccount);
        }
    }

    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        return Host.Root.RunAsync(() => new Socket(family, type, protocol)).GetAwaiter().GetResult();
    }

    public TunDevice OpenTun()
    {
        var tun = Host.Root.RunAsync(() => TunDevice.Open(ServerTun)).GetAwaiter().GetResult();
        Host.IpAsync(
            $"address add 198.51.100.1/24 dev {ServerTun}",
            $"address add 2001:db8:100::1/64 dev {ServerTun} nodad",
            $"link set {ServerTun} up").GetAwaiter().GetResult();
        return tun;
    }

    public async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        await (_router?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Host.DisposeAsync();
    }
}
