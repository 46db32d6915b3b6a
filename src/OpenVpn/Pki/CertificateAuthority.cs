// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LeakVerifier.OpenVpn.Pki;

/// <summary>
/// A certificate authority made at start and forgotten at the end: nothing is written to disk. Its keys are on P-256,
/// which is quick to make.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    // A lab's hosts share the machine's clock; a day's margin covers a clock that is set while a test runs.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    private readonly DateTimeOffset _now;

    private CertificateAuthority(X509Certificate2 certificate, DateTimeOffset now)
    {
        Certificate = certificate;
        _now = now;
    }

    /// <summary>The authority's own certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate for a client's <c>&lt;ca&gt;</c>.</summary>
    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>Makes a new authority.</summary>
    /// <param name="time">Whose present the certificates are valid around: 30 days.</param>
    /// <param name="name">Its common name.</param>
    public static CertificateAuthority Create(TimeProvider time, string name = "LeakVerifier CA")
    {
        var now = time.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new CertificateAuthority(request.CreateSelfSigned(now - Margin, now + Lifetime), now);
    }

    /// <summary>Makes a certificate that a client takes for a server's (<c>remote-cert-tls server</c>).</summary>
    public Credential IssueServer(string commonName) => Issue(commonName, ServerAuthentication);

    /// <summary>Makes a certificate by which the server knows a client.</summary>
    public Credential IssueClient(string commonName) => Issue(commonName, ClientAuthentication);

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private Credential Issue(string commonName, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + commonName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using var bare = request.Create(Certificate, _now - Margin, Certificate.NotAfter, serial);
        return new Credential(bare.CopyWithPrivateKey(key));
    }
}
