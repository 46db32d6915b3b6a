// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Authentication;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.IntegrationTests.OpenVpn;

public sealed class RealClientTests
{
    private static readonly IPAddress First4 = IPAddress.Parse("198.51.100.2");
    private static readonly IPAddress First6 = IPAddress.Parse("2001:db8:100::2");

    // Every pair of values occurs in at least one row.
    [TestCase(Transport.Udp, 4, SslProtocols.Tls12, WrappingMode.None, DataCipher.Aes256Gcm)]
    [TestCase(Transport.Udp, 6, SslProtocols.Tls13, WrappingMode.TlsAuth, DataCipher.ChaCha20Poly1305)]
    [TestCase(Transport.Tcp, 4, SslProtocols.Tls13, WrappingMode.TlsCrypt, DataCipher.Aes256Gcm)]
    [TestCase(Transport.Tcp, 6, SslProtocols.Tls12, WrappingMode.None, DataCipher.ChaCha20Poly1305)]
    [TestCase(Transport.Udp, 6, SslProtocols.Tls12, WrappingMode.TlsCrypt, DataCipher.Aes128Gcm)]
    [TestCase(Transport.Tcp, 4, SslProtocols.Tls12, WrappingMode.TlsAuth, DataCipher.Aes256Gcm)]
    [TestCase(Transport.Tcp, 6, SslProtocols.Tls13, WrappingMode.TlsAuth, DataCipher.Aes128Gcm)]
    [TestCase(Transport.Udp, 4, SslProtocols.Tls13, WrappingMode.None, DataCipher.Aes128Gcm)]
    [TestCase(Transport.Udp, 4, SslProtocols.Tls13, WrappingMode.TlsCrypt, DataCipher.ChaCha20Poly1305)]
    [TestCase(Transport.Tcp, 6, SslProtocols.Tls13, WrappingMode.TlsCrypt, DataCipher.Aes256Gcm)]
    [CancelAfter(120_000)]
    public async Task The_client_connects_and_traffic_of_both_families_goes_through(
        Transport transport,
        int family,
        SslProtocols tls,
        WrappingMode wrapping,
        DataCipher cipher,
        CancellationToken timeout)
    {
        using var lab = new VpnLab();
        var options = lab.Options(family == 4 ? VpnLab.Server4 : VpnLab.Server6) with
        {
            Transport = transport,
            TlsVersions = tls,
            Wrapping = wrapping,
            WrappingKey = StaticKey.Generate(),
            Ciphers = [cipher],
        };
        using var server = lab.Start(options);
        var before = await lab.SeenAddressAsync(VpnLab.Target4, timeout);
        before.Should().NotBe(First4, "otherwise seeing it later would show nothing");

        using var client = lab.Connect(options);
        await client.WaitUntilUpAsync(timeout);

        (await lab.SeenAddressAsync(VpnLab.Target4, timeout)).Should().Be(First4);
        (await lab.SeenAddressAsync(VpnLab.Target6, timeout)).Should().Be(First6);
        client.Log.Should().Contain(cipher.Name()).And.Contain(tls == SslProtocols.Tls12 ? "TLSv1.2" : "TLSv1.3");
        client.Log.Should().NotContain("WARNING: '").And.NotContain("Authenticate/Decrypt");
    }
}
