// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>AES-256 in counter mode (NIST SP 800-38A, 6.5), which the platform lacks, over its block cipher.</summary>
internal sealed class CounterCipher
{
    public const int BlockLength = 16;

    private const int BlocksAtOnce = 32;

    private readonly Aes _aes = Aes.Create();

    public CounterCipher(ReadOnlySpan<byte> key)
    {
        _aes.SetKey(key);
    }

    /// <summary>Encrypts or decrypts: the same in this mode.</summary>
    /// <param name="counter">The first block's counter, 16 bytes.</param>
    /// <param name="input">Any length.</param>
    /// <param name="output">As long as the input.</param>
    public void Apply(ReadOnlySpan<byte> counter, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(counter);
        Span<byte> stream = stackalloc byte[BlocksAtOnce * BlockLength];
        while (input.Length > 0)
        {
            var length = Math.Min(input.Length, stream.Length);
            var blocks = stream[..((length + BlockLength - 1) / BlockLength * BlockLength)];
            for (var offset = 0; offset < blocks.Length; offset += BlockLength)
            {
                BinaryPrimitives.WriteUInt128BigEndian(blocks[offset..], value++);
            }

            _aes.EncryptEcb(blocks, blocks, PaddingMode.None);
            for (var i = 0; i < length; i++)
            {
                output[i] = (byte)(input[i] ^ blocks[i]);
            }

            input = input[length..];
            output = output[length..];
        }
    }
}
