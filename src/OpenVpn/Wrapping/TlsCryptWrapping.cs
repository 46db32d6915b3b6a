// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>
/// tls-crypt: <c>head · session id · counter · time · tag · ciphertext</c>. The tag is HMAC-SHA256 over all before it
/// and the plaintext; its first half is the initial counter of AES-256-CTR (doc/tls-crypt-v2.txt of OpenVPN, 1.1).
/// </summary>
internal sealed class TlsCryptWrapping : ControlWrapping
{
    private const int TagLength = HMACSHA256.HashSizeInBytes;
    private const int HeaderLength = ClearLength + StampLength;
    private const int KeyLength = 32;

    private readonly uint _time;
    private readonly byte[] _sendKey;
    private readonly byte[] _receiveKey;
    private readonly CounterCipher _sendCipher;
    private readonly CounterCipher _receiveCipher;
    private uint _counter;

    public TlsCryptWrapping(StaticKey key, uint time)
    {
        _time = time;
        _sendKey = key.HmacKey(0)[..KeyLength].ToArray();
        _receiveKey = key.HmacKey(1)[..KeyLength].ToArray();
        _sendCipher = new CounterCipher(key.CipherKey(0)[..KeyLength]);
        _receiveCipher = new CounterCipher(key.CipherKey(1)[..KeyLength]);
    }

    public override WrappingMode Mode => WrappingMode.TlsCrypt;

    protected override int StampOffset => ClearLength;

    public override bool TryUnwrap(ReadOnlySpan<byte> packet, Span<byte> plain, out int length)
    {
        length = 0;
        var reader = new WireReader(packet);
        if (packet.Length > ControlPacket.MaximumLength
            || !reader.TryReadBytes(HeaderLength, out var header)
            || !reader.TryReadBytes(TagLength, out var tag))
        {
            return false;
        }

        var rest = plain.Slice(ClearLength, reader.Rest.Length);
        _receiveCipher.Apply(tag[..CounterCipher.BlockLength], reader.Rest, rest);
        Span<byte> expected = stackalloc byte[TagLength];
        ComputeTag(_receiveKey, header, rest, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            rest.Clear();
            return false;
        }

        header[..ClearLength].CopyTo(plain);
        length = ClearLength + rest.Length;
        return true;
    }

    public override int Wrap(ReadOnlySpan<byte> plain, Span<byte> packet)
    {
        var writer = new WireWriter(packet);
        writer.WriteBytes(plain[..ClearLength]);
        writer.WriteUInt32(++_counter);
        writer.WriteUInt32(_time);
        var header = writer.Written;
        var tag = writer.Take(TagLength);
        ComputeTag(_sendKey, header, plain[ClearLength..], tag);
        var rest = plain[ClearLength..];
        _sendCipher.Apply(tag[..CounterCipher.BlockLength], rest, writer.Take(rest.Length));
        return writer.Length;
    }

    private static void ComputeTag(byte[] key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext, Span<byte> tag)
    {
        var writer = new WireWriter(stackalloc byte[ControlPacket.MaximumLength + MaximumOverhead]);
        writer.WriteBytes(header);
        writer.WriteBytes(plaintext);
        HMACSHA256.HashData(key, writer.Written, tag);
    }
}
