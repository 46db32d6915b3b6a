// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.DataChannel;

/// <summary>The key of one direction of the data channel.</summary>
/// <param name="Cipher">What it is for.</param>
/// <param name="Key">16 or 32 secret bytes.</param>
/// <param name="ImplicitNonce">The nonce's last eight bytes; its first four are the packet id.</param>
public sealed record DataKey(DataCipher Cipher, byte[] Key, byte[] ImplicitNonce)
{
    internal const int ImplicitNonceLength = 8;
}
