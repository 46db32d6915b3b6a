// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.OpenVpn.Clients;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>
/// The real OpenVPN client, under a user of its own, against the fake server, which breaks to order and knows its
/// client's every packet.
/// </summary>
public sealed class OpenVpnTunnel : ITunnel
{
    /// <summary>After how many silent seconds the client starts over.</summary>
    public const int PingRestart = 3;

    /// <summary>
    /// The client's port over TCP: fixed, and below 1024, so that the kernel lets no ordinary user send from it. That tells
    /// the client's segments without bytes from those of others.
    /// </summary>
    public const ushort ClientTcpPort = 1001;

    private readonly CertificateAuthority _authority;

    private OpenVpnTunnel(CertificateAuthority authority, OpenVpnServer server, ChildProcess client)
    {
        _authority = authority;
        Server = server;
        ClientProcess = client;
    }

    /// <summary>The server, for faults to be injected.</summary>
    public OpenVpnServer Server { get; }

    /// <inheritdoc/>
    public ChildProcess ClientProcess { get; }

    /// <inheritdoc/>
    public ChildProcess? ServerProcess => null;

    /// <summary>Starts the server and the client, and waits until the client says that it is connected.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="folder">Where the client's configuration is written.</param>
    /// <param name="setUp">What the scenario chooses.</param>
    /// <param name="transport">Is given the server's keys.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TunnelException">The client ended, or the script is wrong.</exception>
    public static async Task<OpenVpnTunnel> StartAsync(
        HostLab lab, string folder, OpenVpnSetUp setUp, AuthenticatedTransport transport, CancellationToken cancellation)
    {
        var authority = CertificateAuthority.Create(TimeProvider.System);
        var options = Options(authority, setUp);
        var server = OpenVpnServer.Start(options, new LabServerPlace(lab.VpnServer));
        transport.Attach(server.ExportAccount);
        try
        {
            var client = await StartClientAsync(lab, folder, setUp, options);
            var tunnel = new OpenVpnTunnel(authority, server, client);
            if (setUp.IsAwaited)
            {
                await OpenVpnClient.WaitUntilConnectedAsync(client, "client", cancellation);
                await AddressReadiness.WaitAsync(lab.Client, ITunnel.Interface, cancellation);
            }
            else
            {
                await client.WaitForLineAsync(line => line.Contains("link remote", StringComparison.Ordinal), cancellation);
            }

            return tunnel;
        }
        catch
        {
            server.Dispose();
            authority.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ClientProcess.DisposeAsync();
        Server.Dispose();
        _authority.Dispose();
    }

    private static OpenVpnServerOptions Options(CertificateAuthority authority, OpenVpnSetUp setUp)
    {
        var script = FaultScript.Parse(setUp.Script);
        return new OpenVpnServerOptions
        {
            Listen = new IPEndPoint(
                setUp.IsOverIPv6 ? LabAddresses.VpnServer.IPv6 : LabAddresses.VpnServer.IPv4, LabAddresses.VpnPort),
            Transport = setUp.Transport,
            Authority = authority,
            Tunnel4 = LabAddresses.Tunnel[0],
            Tunnel6 = LabAddresses.Tunnel[1],
            Push = ["redirect-gateway def1 ipv6", "ping 1", $"ping-restart {PingRestart}"],

            // With a wrapping key even a first packet is proved to be a client's.
            Wrapping = WrappingMode.TlsCrypt,
            WrappingKey = StaticKey.Generate(),
            Script = script.Script ?? throw new TunnelException($"the script is wrong: {script.Problems[0]}"),
        };
    }

    private static async Task<ChildProcess> StartClientAsync(
        HostLab lab, string folder, OpenVpnSetUp setUp, OpenVpnServerOptions options)
    {
        var profile = new ClientProfile
        {
            Server = options,
            Remote = options.Listen,
            Credential = options.Authority.IssueClient("client"),
            Interface = ITunnel.Interface,
            PersistTun = setUp.PersistTun,
            LocalPort = setUp.Transport == Transport.Tcp ? ClientTcpPort : null,
            Extra = setUp.ClientLines,
        };
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "client.ovpn");
        await File.WriteAllTextAsync(path, profile.Render());
        await lab.Client.ShowAsync(folder);
        return await OpenVpnClient.StartAsync(lab.Client, ["--config", path]);
    }
}
