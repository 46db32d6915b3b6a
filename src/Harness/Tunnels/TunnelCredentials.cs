// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>
/// Certificates of one run's VPN, made at start. Each end knows the other's fingerprint (openvpn(8),
/// <c>--peer-fingerprint</c>), so there is no authority.
/// </summary>
internal sealed class TunnelCredentials
{
    private TunnelCredentials(string folder)
    {
        Server = new End(folder, "server");
        Client = new End(folder, "client");
    }

    /// <summary>The server's.</summary>
    public End Server { get; }

    /// <summary>The client's.</summary>
    public End Client { get; }

    /// <summary>Makes both ends' certificates and writes them to a folder.</summary>
    public static TunnelCredentials Create(string folder)
    {
        Directory.CreateDirectory(folder);
        return new TunnelCredentials(folder);
    }

    /// <summary>One end's certificate and key as files.</summary>
    public sealed class End
    {
        internal End(string folder, string name)
        {
            CertificateFile = Path.Combine(folder, name + ".crt");
            KeyFile = Path.Combine(folder, name + ".key");
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            var hash = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            Fingerprint = string.Join(':', hash.Chunk(2).Select(pair => new string(pair)));
            File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
            File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        }

        /// <summary>The certificate, PEM.</summary>
        public string CertificateFile { get; }

        /// <summary>The key, PEM; any user may read it: it is worth nothing outside its lab.</summary>
        public string KeyFile { get; }

        /// <summary>SHA-256 of the certificate, as openvpn(8) writes it.</summary>
        public string Fingerprint { get; }
    }
}
