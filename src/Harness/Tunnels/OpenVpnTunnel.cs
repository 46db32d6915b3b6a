// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;
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

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    private const string ConfigurationFile = "client.ovpn";

    private readonly CertificateAuthority _authority;

    private OpenVpnTunnel(CertificateAuthority authority, OpenVpnServer server, IRunningProgram client)
    {
        _authority = authority;
        Server = server;
        ClientProcess = client;
    }

    /// <summary>The server, for faults to be injected.</summary>
    public OpenVpnServer Server { get; }

    /// <inheritdoc/>
    public IRunningProgram ClientProcess { get; }

    /// <inheritdoc/>
    public ChildProcess? ServerProcess => null;

    /// <summary>Starts the server and the client, and waits until the client says that it is connected.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="folder">Where the client's configuration is written.</param>
    /// <param name="setUp">What the scenario chooses.</param>
    /// <param name="transport">Is given the server's keys.</param>
    /// <param name="image">What brings a client of its own; null: the client's own program is started.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TunnelException">The client ended, or the script is wrong.</exception>
    internal static async Task<OpenVpnTunnel> StartAsync(
        HostLab lab,
        string folder,
        OpenVpnSetUp setUp,
        AuthenticatedTransport transport,
        FirewallImage? image,
        CancellationToken cancellation)
    {
        if (setUp.IsOverIPv6 && !await lab.Client.HasIPv6Async(HostLab.PhysicalInterface))
        {
            throw new TunnelException(
                "the firewall disables IPv6, by which this scenario's tunnel is carried: leave the scenario out, or test without that setting");
        }

        var authority = CertificateAuthority.Create(TimeProvider.System);
        var options = Options(authority, setUp);
        var server = OpenVpnServer.Start(options, new LabServerPlace(lab.VpnServer));
        transport.Attach(server.ExportAccount);
        IRunningProgram? client = null;
        try
        {
            var ignored = await OpenVpnClient.IgnoredOptionsAsync(lab.Client);
            var lines = ignored.Select(option => $"pull-filter ignore \"{option}\"");
            var configuration = await WriteConfigurationAsync(folder, setUp with { ClientLines = [.. setUp.ClientLines, .. lines] }, options);
            client = image is null
                ? await StartClientAsync(lab.Client, configuration)
                : await image.StartAsync(lab.Client, folder, cancellation);
            var tunnel = new OpenVpnTunnel(authority, server, client);
            if (setUp.IsAwaited)
            {
                await OpenVpnClient.WaitUntilConnectedAsync(client, "client", cancellation);
                await InterfaceAddresses.WaitUntilUsableAsync(lab.Client.Root, ITunnel.Interface, cancellation);
            }
            else
            {
                await client.WaitForLineAsync(line => line.Contains("link remote", StringComparison.Ordinal), cancellation);
            }

            return tunnel;
        }
        catch
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
            server.Dispose();
            authority.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Waits until the server has done all that it was asked to break. Some of it may have to wait for the client, and some
    /// may never come: then the wait ends with the patience.
    /// </summary>
    public async Task WaitUntilObeyedAsync(TimeSpan patience, CancellationToken cancellation)
    {
        // What a server still has to do raises no event when it is done.
        using var timer = new PeriodicTimer(Glance);
        var begun = TimeProvider.System.GetTimestamp();
        while (Server.Outstanding.Count > 0 && TimeProvider.System.GetElapsedTime(begun) < patience)
        {
            await timer.WaitForNextTickAsync(cancellation);
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

    private static async Task<IRunningProgram> StartClientAsync(LabHost client, string configuration)
    {
        await client.ShowAsync(configuration);
        return await OpenVpnClient.StartAsync(client, ["--config", configuration]);
    }

    /// <returns>The path of the configuration, which holds the certificates too. They are beside it as files as well.</returns>
    private static async Task<string> WriteConfigurationAsync(string folder, OpenVpnSetUp setUp, OpenVpnServerOptions options)
    {
        var credential = options.Authority.IssueClient("client");
        var profile = new ClientProfile
        {
            Server = options,
            Remote = options.Listen,
            Credential = credential,
            Interface = ITunnel.Interface,
            PersistTun = setUp.PersistTun,
            LocalPort = setUp.Transport == Transport.Tcp ? ClientTcpPort : null,
            Extra = setUp.ClientLines,
        };
        Directory.CreateDirectory(folder);
        var files = new[]
        {
            ("ca.crt", options.Authority.CertificatePem), ("client.crt", credential.CertificatePem),
            ("client.key", credential.PrivateKeyPem), ("tls-crypt.key", options.WrappingKey!.ToText()),
            (ConfigurationFile, profile.Render()),
        };
        foreach (var (name, content) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), content);
        }

        return Path.Combine(folder, ConfigurationFile);
    }
}
