// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Authentication;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>How a server is set up. The defaults are those of a server that a provider would run today.</summary>
public sealed record OpenVpnServerOptions
{
    /// <summary>Where it listens. IPv6 endpoints serve IPv6 only.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What carries the tunnel.</summary>
    public Transport Transport { get; init; } = Transport.Udp;

    /// <summary>Who signs its certificate and those of its clients.</summary>
    public required CertificateAuthority Authority { get; init; }

    /// <summary>TLS 1.2, TLS 1.3 or both.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Whether a client must show a certificate of the authority's.</summary>
    public bool RequireClientCertificate { get; init; } = true;

    /// <summary>Whether a user's name and password are right; null asks for none.</summary>
    public Func<string, string, bool>? CheckPassword { get; init; }

    /// <summary>Protection of the control channel.</summary>
    public WrappingMode Wrapping { get; init; }

    /// <summary>The key for <see cref="Wrapping"/>; required unless it is none.</summary>
    public StaticKey? WrappingKey { get; init; }

    /// <summary>Ciphers for data in the server's order; the first that the client has is taken.</summary>
    public IReadOnlyList<DataCipher> Ciphers { get; init; } =
        [DataCipher.Aes256Gcm, DataCipher.Aes128Gcm, DataCipher.ChaCha20Poly1305];

    /// <summary>The clients' IPv4 network, at most /16 and at least /29; the server has its first address.</summary>
    public required IPNetwork Tunnel4 { get; init; }

    /// <summary>The clients' IPv6 network, /64 to /112; the server has its first address. Null: none.</summary>
    public IPNetwork? Tunnel6 { get; init; }

    /// <summary>
    /// Options pushed before the addresses. The default sends everything through the tunnel and restarts a client
    /// that hears nothing for five seconds.
    /// </summary>
    public IReadOnlyList<string> Push { get; init; } = ["redirect-gateway def1 ipv6", "ping 1", "ping-restart 5"];

    /// <summary>How long the server may be silent towards a client before it sends a ping; null: for ever.</summary>
    public TimeSpan? PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a client may be silent before its session is forgotten.</summary>
    public TimeSpan ClientTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a handshake may take (--hand-window).</summary>
    public TimeSpan HandshakeWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a session's keys last before the server asks for new ones; null: for ever.</summary>
    public TimeSpan? RenegotiationInterval { get; init; }

    /// <summary>The most sessions whose handshake is not finished; the oldest one gives way to a new one.</summary>
    public int MaximumHalfOpen { get; init; } = 64;

    /// <summary>The most sessions in all.</summary>
    public int MaximumSessions { get; init; } = 512;

    /// <summary>Faults to inject; null: a server without faults.</summary>
    public FaultScript? Script { get; init; }

    /// <summary>The source of time; tests give their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Is called with each event, on the server's threads and under its lock: it must return at once and call nothing
    /// of the server.
    /// </summary>
    public Action<ServerEvent>? OnEvent { get; init; }
}
