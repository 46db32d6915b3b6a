// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Tls;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>The certificates that a server shows.</summary>
internal static class Identities
{
    private const string Name = "server";

    /// <summary>One that clients trust.</summary>
    public static TlsIdentity Own(OpenVpnServerOptions options) => Make(options, options.Authority);

    /// <summary>One of an authority that no client knows, with the same name.</summary>
    public static TlsIdentity Foreign(OpenVpnServerOptions options)
    {
        using var stranger = CertificateAuthority.Create(options.Time, "Another CA");
        return Make(options, stranger);
    }

    private static TlsIdentity Make(OpenVpnServerOptions options, CertificateAuthority authority)
    {
        var clients = options.RequireClientCertificate ? options.Authority.Certificate : null;
        return new TlsIdentity(authority.IssueServer(Name).Certificate, clients, options.TlsVersions);
    }
}
