// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Text;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Judging;

/// <summary>Finds the nonce of a probe among any bytes.</summary>
public static class NonceScanner
{
    private static readonly byte[] Prefix = Encoding.ASCII.GetBytes(ProbeNonce.Prefix);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>The first whole nonce in <paramref name="bytes"/>, or null.</summary>
    public static string? Find(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        while (true)
        {
            var start = rest.IndexOf(Prefix);
            if (start < 0 || rest.Length - start < ProbeNonce.Length)
            {
                return null;
            }

            var candidate = rest.Slice(start, ProbeNonce.Length);
            if (!candidate[Prefix.Length..].ContainsAnyExcept(Digits))
            {
                return Encoding.ASCII.GetString(candidate);
            }

            rest = rest[(start + 1)..];
        }
    }
}
