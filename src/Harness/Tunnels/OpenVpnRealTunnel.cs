// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>The real OpenVPN client, under a user of its own, and the real server. No <c>persist-tun</c>.</summary>
public sealed class OpenVpnRealTunnel : ITunnel
{
    /// <summary>The client's port: fixed, so that the socket of its process is known on the wire.</summary>
    public const int ClientPort = 40194;

    /// <summary>After how many silent seconds the client starts over.</summary>
    public const int PingRestart = 3;

    private const string ServerInterface = "tunS";

    private OpenVpnRealTunnel(ChildProcess server, ChildProcess client)
    {
        ServerProcess = server;
        ClientProcess = client;
    }

    /// <inheritdoc/>
    public IRunningProgram ClientProcess { get; }

    /// <inheritdoc/>
    public ChildProcess ServerProcess { get; }

    ChildProcess? ITunnel.ServerProcess => ServerProcess;

    /// <summary>Starts both ends and waits until the client says that it is connected.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="folder">Where certificates are written.</param>
    /// <param name="transport">Learns of the client's socket.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TunnelException">One of them ended, or the client's socket is not the expected one.</exception>
    public static async Task<OpenVpnRealTunnel> StartAsync(
        HostLab lab, string folder, SocketTransport transport, CancellationToken cancellation)
    {
        var credentials = TunnelCredentials.Create(folder);
        await Task.WhenAll(lab.VpnServer.ShowAsync(folder), lab.Client.ShowAsync(folder));
        var server = await ChildProcess.StartAsync(
            lab.VpnServer.Programs, [.. ServerCommand(credentials), "--tmp-dir", lab.VpnServer.TemporaryFolder]);
        ChildProcess? client = null;
        try
        {
            await OpenVpnClient.WaitUntilConnectedAsync(server, "server", cancellation);
            // Its handshake is transport too, so the socket counts from here on; that it is the client's is seen below.
            transport.Add(ClientSocket);
            var ignored = await OpenVpnClient.IgnoredOptionsAsync(lab.Client);
            var filters = ignored.SelectMany(option => new[] { "--pull-filter", "ignore", option });
            client = await OpenVpnClient.StartAsync(lab.Client, [.. ClientArguments(credentials), .. filters]);
            _ = CloseSocketAtEndAsync(client, transport);
            await OpenVpnClient.WaitUntilConnectedAsync(client, "client", cancellation);
            await InterfaceAddresses.WaitUntilUsableAsync(lab.Client.Root, ITunnel.Interface, cancellation);
            await UdpSocketOwner.RequireAsync(lab.Client, client.Id, ClientPort);
            return new OpenVpnRealTunnel(server, client);
        }
        catch
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ClientProcess.DisposeAsync();
        await ServerProcess.DisposeAsync();
    }

    /// <summary>The one socket of the client's process: bound, so it is the same after a reconnect.</summary>
    private static OwnedSocket ClientSocket { get; } = new(
        TransportProtocol.Udp,
        new IPEndPoint(LabAddresses.Client.IPv4, ClientPort),
        new IPEndPoint(LabAddresses.VpnServer.IPv4, LabAddresses.VpnPort),
        FromUnixNanoseconds: 0);

    /// <summary>What is sent from the client's port after its process has ended is not the client's.</summary>
    private static async Task CloseSocketAtEndAsync(ChildProcess client, SocketTransport transport)
    {
        await client.Exited;
        transport.Close(ClientSocket, UnixTime.Now(TimeProvider.System));
    }

    private static string[] ServerCommand(TunnelCredentials credentials)
    {
        var inner = LabAddresses.TunnelServer;
        var firstClient = LabAddresses.TunnelClient;
        return
        [
            "openvpn", "--mode", "server", "--tls-server", "--dh", "none",
            "--dev", ServerInterface, "--dev-type", "tun", "--topology", "subnet", "--disable-dco",
            "--proto", "udp4", "--local", LabAddresses.VpnServer.IPv4.ToString(), "--port", Text(LabAddresses.VpnPort),
            "--cert", credentials.Server.CertificateFile, "--key", credentials.Server.KeyFile,
            "--peer-fingerprint", credentials.Client.Fingerprint,
            "--ifconfig", inner.IPv4.ToString(), "255.255.255.192",
            "--ifconfig-pool", firstClient.IPv4.ToString(), "198.51.100.180", "255.255.255.192",
            "--ifconfig-ipv6", $"{inner.IPv6}/64", firstClient.IPv6.ToString(),
            "--ifconfig-ipv6-pool", $"{firstClient.IPv6}/64",
            "--push", "topology subnet", "--push", $"route-gateway {inner.IPv4}",
            "--push", "redirect-gateway def1 ipv6",
            "--push", "ping 1", "--push", $"ping-restart {PingRestart}", "--ping", "1", "--ping-restart", "10",
            "--verb", "3",
        ];
    }

    private static string[] ClientArguments(TunnelCredentials credentials)
    {
        return
        [
            "--client", "--dev", ITunnel.Interface, "--dev-type", "tun", "--disable-dco",
            "--proto", "udp4", "--remote", LabAddresses.VpnServer.IPv4.ToString(), Text(LabAddresses.VpnPort),
            "--local", LabAddresses.Client.IPv4.ToString(), "--lport", Text(ClientPort),
            "--cert", credentials.Client.CertificateFile, "--key", credentials.Client.KeyFile,
            "--peer-fingerprint", credentials.Server.Fingerprint,
            "--connect-retry", "1", "5", "--hand-window", "6", "--verb", "3",
        ];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
