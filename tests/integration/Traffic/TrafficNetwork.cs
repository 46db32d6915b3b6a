// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Services;

namespace LeakVerifier.IntegrationTests.Traffic;

/// <summary>
/// A client and a server on one link, in namespaces of their own. The server has the addresses of the internet server,
/// of the resolver and of the VPN server, and runs their services.
/// </summary>
internal sealed class TrafficNetwork : IAsyncDisposable
{
    public const uint UserId = 1000;
    public const uint UnprivilegedId = 65534;
    public static readonly IPAddress ClientV4 = IPAddress.Parse("192.0.2.2");
    public static readonly IPAddress ClientV6 = IPAddress.Parse("2001:db8:2::2");
    public static readonly ProbeTargets V4 = Targets("198.51.100.80", "192.0.2.53", "203.0.113.10");
    public static readonly ProbeTargets V6 = Targets("2001:db8:1::80", "2001:db8:2::53", "2001:db8:3::10");
    public static readonly ProbePorts Ports = new() { Vpn = 1194 };

    private readonly NetworkNamespace _client = NetworkNamespace.Create();
    private readonly NetworkNamespace _server = NetworkNamespace.Create();
    private readonly NamespaceThread _clientRoot;
    private readonly NamespaceThread _serverRoot;
    private readonly List<IAsyncDisposable> _services = [];

    private TrafficNetwork()
    {
        _clientRoot = new NamespaceThread(_client, "client-root");
        _serverRoot = new NamespaceThread(_server, "server-root");
        User = new NamespaceThread(_client, "client-user", UserId);
        Unprivileged = new NamespaceThread(_client, "client-nobody", UnprivilegedId);
    }

    public NamespaceThread User { get; }

    public NamespaceThread Unprivileged { get; }

    public ProbePlan Plan => new()
    {
        User = User,
        Unprivileged = Unprivileged,
        PhysicalInterface = "eth0",
        Targets = [V4, V6],
        Ports = Ports,
    };

    public static async Task<TrafficNetwork> CreateAsync()
    {
        var network = new TrafficNetwork();
        try
        {
            await network.WireAsync();
            await network.StartServicesAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program in the client's namespace, as root.</summary>
    public Task<string> InClientAsync(string program, string arguments, string input = "")
    {
        return RunAsync(_clientRoot, program, arguments, input);
    }

    /// <summary>Runs a program in the server's namespace, as root.</summary>
    public Task<string> InServerAsync(string program, string arguments, string input = "")
    {
        return RunAsync(_serverRoot, program, arguments, input);
    }

    /// <summary>Lets nothing out of the client any more.</summary>
    public Task CloseAsync()
    {
        return InClientAsync("nft", "-f -", """
            table inet wall {
                chain output {
                    type filter hook output priority 0
                    oifname "eth0" drop
                }
            }
            """);
    }

    /// <summary>Has the server take no notice of anything any more.</summary>
    public Task DeafenServerAsync()
    {
        return InServerAsync("nft", "-f -", """
            table inet deaf {
                chain prerouting {
                    type filter hook prerouting priority 0
                    iifname "veth0" drop
                }
            }
            """);
    }

    /// <summary>Begins to keep what arrives at the server.</summary>
    public Task<WireTap> TapServerAsync()
    {
        return WireTap.OpenAsync(_serverRoot);
    }

    /// <summary>The client's TCP connections that are established.</summary>
    public Task<int> CountEstablishedAsync()
    {
        const string established = " 01 ";
        return _clientRoot.RunAsync(() => new[] { "tcp", "tcp6" }
            .SelectMany(file => File.ReadAllLines("/proc/thread-self/net/" + file))
            .Count(line => line.Contains(established, StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        foreach (var thread in new[] { User, Unprivileged, _clientRoot, _serverRoot })
        {
            thread.Dispose();
        }

        _client.Dispose();
        _server.Dispose();
    }

    private static async Task<string> RunAsync(
        NamespaceThread thread, string program, string arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = await thread.RunAsync(() => Process.Start(start)!);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "{0} {1} must work: {2}", program, arguments, errors);
        return await output;
    }

    private static ProbeTargets Targets(string internet, string resolver, string vpn)
    {
        return new ProbeTargets(IPAddress.Parse(internet), IPAddress.Parse(resolver), IPAddress.Parse(vpn));
    }

    private async Task WireAsync()
    {
        await InServerAsync("ip", "-batch -", $"""
            link set lo up
            link add veth0 type veth peer name eth0 netns {_client.Path}
            address add 192.0.2.53/24 dev veth0
            address add 2001:db8:2::53/64 dev veth0 nodad
            address add 198.51.100.80/32 dev lo
            address add 203.0.113.10/32 dev lo
            address add 2001:db8:1::80/128 dev lo nodad
            address add 2001:db8:3::10/128 dev lo nodad
            link set veth0 up
            """);
        await InClientAsync("ip", "-batch -", """
            link set lo up
            address add 192.0.2.2/24 dev eth0
            address add 2001:db8:2::2/64 dev eth0 nodad
            link set eth0 up
            route add default via 192.0.2.53
            route add default via 2001:db8:2::53
            """);
        await _clientRoot.RunAsync(() => File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", "0 65534"));
    }

    private async Task StartServicesAsync()
    {
        IPAddress[] internet = [V4.InternetServer, V6.InternetServer];
        IPAddress[] resolvers = [V4.LanResolver, V6.LanResolver];
        IPAddress[] vpn = [V4.VpnServer, V6.VpnServer];
        int[] relay = [Ports.TorOther, Ports.Vpn];
        _services.Add(await EchoService.StartAsync(_serverRoot, internet, Ports.InternetTcp, Ports.InternetUdp));
        _services.Add(await EchoService.StartAsync(_serverRoot, vpn, relay, relay));
        _services.Add(await DnsService.StartAsync(_serverRoot, [.. internet, .. resolvers]));
    }
}
