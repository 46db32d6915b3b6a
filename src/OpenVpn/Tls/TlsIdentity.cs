// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LeakVerifier.OpenVpn.Tls;

/// <summary>What the server's end of TLS shows and demands.</summary>
/// <param name="Certificate">The server's certificate with its private key.</param>
/// <param name="Authority">Who must have signed a client's certificate; null demands none.</param>
/// <param name="Versions">TLS 1.2, TLS 1.3 or both.</param>
internal sealed record TlsIdentity(X509Certificate2 Certificate, X509Certificate2? Authority, SslProtocols Versions)
{
    private SslStreamCertificateContext? _context;

    /// <summary>The options of one handshake. Nothing in them reaches for the network.</summary>
    public SslServerAuthenticationOptions Options()
    {
        _context ??= SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _context,
            ClientCertificateRequired = Authority is not null,
            EnabledSslProtocols = Versions,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Authority is null ? null : ClientPolicy(Authority),
            RemoteCertificateValidationCallback = Validate,
        };
    }

    private static X509ChainPolicy ClientPolicy(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        return Authority is null || errors == SslPolicyErrors.None;
    }
}
