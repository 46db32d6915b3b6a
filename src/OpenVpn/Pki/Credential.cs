// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LeakVerifier.OpenVpn.Pki;

/// <summary>A certificate with its private key.</summary>
public sealed class Credential(X509Certificate2 certificate) : IDisposable
{
    /// <summary>The certificate; its private key is within.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>The certificate for a client's <c>&lt;cert&gt;</c>.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>The private key, unencrypted PKCS #8, for a client's <c>&lt;key&gt;</c>.</summary>
    public string PrivateKeyPem
    {
        get
        {
            using var key = certificate.GetECDsaPrivateKey()
                ?? throw new CryptographicException("the certificate has no EC private key");
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();
}
