// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>The digest of <see cref="TranscriptEntry"/>.</summary>
internal static class PayloadDigest
{
    public static UInt128 Of(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
