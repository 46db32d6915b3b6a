// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>How packets of the control channel are protected outside TLS.</summary>
public enum WrappingMode
{
    /// <summary>Not at all: anybody can begin a handshake.</summary>
    None,

    /// <summary>An HMAC-SHA1 (<c>--tls-auth</c>, key direction 0 at the server, 1 at the client).</summary>
    TlsAuth,

    /// <summary>HMAC-SHA256 and AES-256-CTR (<c>--tls-crypt</c>).</summary>
    TlsCrypt,
}
