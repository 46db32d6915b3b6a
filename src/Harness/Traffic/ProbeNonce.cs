// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// The mark of a probe: <c>lvp-</c> and twelve hexadecimal digits, drawn anew for every probe of every run. It is text so
/// that it can also be a label of a DNS name.
/// </summary>
public static class ProbeNonce
{
    /// <summary>What every nonce begins with.</summary>
    public const string Prefix = "lvp-";

    /// <summary>Characters of a whole nonce.</summary>
    public const int Length = 16;

    /// <summary>Draws a nonce.</summary>
    public static string Create()
    {
        return Prefix + RandomNumberGenerator.GetHexString(Length - Prefix.Length, lowercase: true);
    }
}
