// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Clients;

/// <summary>
/// The configuration file (.ovpn) with which the real client connects to a server: everything within, no other file.
/// </summary>
/// <remarks>
/// Kernel offload is off (<c>disable-dco</c>): with it the client does not log the packets that fail to decrypt.
/// </remarks>
public sealed record ClientProfile
{
    /// <summary>The server's options.</summary>
    public required OpenVpnServerOptions Server { get; init; }

    /// <summary>Where the client finds the server, its port filled in.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>The client's certificate; null when the server demands none.</summary>
    public Credential? Credential { get; init; }

    /// <summary>The client's tun.</summary>
    public string Interface { get; init; } = "tun0";

    /// <summary>Whether the tun outlives restarts.</summary>
    public bool PersistTun { get; init; }

    /// <summary>The port that the client sends from; null: the kernel's choice.</summary>
    public int? LocalPort { get; init; }

    /// <summary>
    /// Further lines of the configuration, such as <c>explicit-exit-notify 1</c>. Those that come later win.
    /// </summary>
    public IReadOnlyList<string> Extra { get; init; } = [];

    /// <summary>The file's text. It holds the private key.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        foreach (var line in Lines().Concat(Extra))
        {
            text.Append(line).Append('\n');
        }

        Block(text, "ca", Server.Authority.CertificatePem);
        if (Credential is not null)
        {
            Block(text, "cert", Credential.CertificatePem);
            Block(text, "key", Credential.PrivateKeyPem);
        }

        if (Server.Wrapping != WrappingMode.None)
        {
            Block(text, Server.Wrapping == WrappingMode.TlsAuth ? "tls-auth" : "tls-crypt", Server.WrappingKey!.ToText());
        }

        return text.ToString();
    }

    private static void Block(StringBuilder text, string name, string content)
    {
        text.Append(CultureInfo.InvariantCulture, $"<{name}>\n{content.TrimEnd('\n')}\n</{name}>\n");
    }

    private IEnumerable<string> Lines()
    {
        yield return "client";
        yield return "dev " + Interface;
        yield return "dev-type tun";
        yield return "proto " + Protocol();
        yield return string.Create(CultureInfo.InvariantCulture, $"remote {Remote.Address} {Remote.Port}");
        yield return LocalPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"lport {port}") : "nobind";
        yield return "remote-cert-tls server";
        yield return "disable-dco";
        yield return "connect-retry 1 5";
        yield return "hand-window 6";
        yield return "verb 3";
        if (PersistTun)
        {
            yield return "persist-tun";
        }

        if (Server.Wrapping == WrappingMode.TlsAuth)
        {
            yield return "key-direction 1";
        }

        if (Server.CheckPassword is not null)
        {
            yield return "auth-user-pass";
        }
    }

    private string Protocol()
    {
        var family = Remote.AddressFamily == AddressFamily.InterNetworkV6 ? "6" : "4";
        return Server.Transport == Transport.Udp ? "udp" + family : $"tcp{family}-client";
    }
}
