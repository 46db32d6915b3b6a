// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>
/// tls-auth: <c>head · session id · HMAC-SHA1 · counter · time · rest</c>, the HMAC over
/// <c>counter · time · head · session id · rest</c>.
/// </summary>
internal sealed class TlsAuthWrapping(StaticKey key, uint time) : ControlWrapping
{
    private const int TagLength = HMACSHA1.HashSizeInBytes;

    private readonly byte[] _sendKey = key.HmacKey(0)[..TagLength].ToArray();
    private readonly byte[] _receiveKey = key.HmacKey(1)[..TagLength].ToArray();
    private uint _counter;

    public override WrappingMode Mode => WrappingMode.TlsAuth;

    protected override int StampOffset => ClearLength + TagLength;

    public override bool TryUnwrap(ReadOnlySpan<byte> packet, Span<byte> plain, out int length)
    {
        length = 0;
        var reader = new WireReader(packet);
        if (packet.Length > ControlPacket.MaximumLength
            || !reader.TryReadBytes(ClearLength, out var clear)
            || !reader.TryReadBytes(TagLength, out var tag)
            || !reader.TryReadBytes(StampLength, out var stamp))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[TagLength];
        ComputeTag(_receiveKey, stamp, clear, reader.Rest, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            return false;
        }

        clear.CopyTo(plain);
        reader.Rest.CopyTo(plain[ClearLength..]);
        length = ClearLength + reader.Rest.Length;
        return true;
    }

    public override int Wrap(ReadOnlySpan<byte> plain, Span<byte> packet)
    {
        var writer = new WireWriter(packet);
        writer.WriteBytes(plain[..ClearLength]);
        var tag = writer.Take(TagLength);
        writer.WriteUInt32(++_counter);
        writer.WriteUInt32(time);
        var stamp = writer.Written[^StampLength..];
        writer.WriteBytes(plain[ClearLength..]);
        ComputeTag(_sendKey, stamp, plain[..ClearLength], plain[ClearLength..], tag);
        return writer.Length;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The protocol's default; an HMAC of SHA-1 still holds.")]
    private static void ComputeTag(
        byte[] key, ReadOnlySpan<byte> stamp, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> rest, Span<byte> tag)
    {
        var writer = new WireWriter(stackalloc byte[ControlPacket.MaximumLength + MaximumOverhead]);
        writer.WriteBytes(stamp);
        writer.WriteBytes(clear);
        writer.WriteBytes(rest);
        HMACSHA1.HashData(key, writer.Written, tag);
    }
}
