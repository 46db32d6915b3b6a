// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>
/// Protects packets of the control channel with a key that both sides have before they talk. A wrapped packet and a
/// plain one begin alike: head, session id.
/// </summary>
internal abstract class ControlWrapping
{
    /// <summary>Head and session id, which stay readable.</summary>
    protected const int ClearLength = 1 + SessionId.Length;

    /// <summary>
    /// A counter and the sender's start time, both four bytes: no two packets of one sender share them.
    /// </summary>
    protected const int StampLength = 8;

    /// <summary>The most bytes that any wrapping adds.</summary>
    public const int MaximumOverhead = StampLength + 32;

    public abstract WrappingMode Mode { get; }

    /// <summary>Makes the wrapping of one side.</summary>
    /// <param name="mode">The kind.</param>
    /// <param name="key">Required unless the kind is <see cref="WrappingMode.None"/>.</param>
    /// <param name="time">The sender's start in seconds since 1970.</param>
    public static ControlWrapping Create(WrappingMode mode, StaticKey? key, uint time) => mode switch
    {
        WrappingMode.None => new NoWrapping(),
        WrappingMode.TlsAuth => new TlsAuthWrapping(key!, time),
        WrappingMode.TlsCrypt => new TlsCryptWrapping(key!, time),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "not a wrapping"),
    };

    /// <summary>Checks a client's packet and writes it without its wrapping.</summary>
    /// <param name="packet">A packet of any length.</param>
    /// <param name="plain">At least as long as the packet.</param>
    /// <param name="length">Bytes written.</param>
    /// <returns>False when it was not made with our key.</returns>
    public abstract bool TryUnwrap(ReadOnlySpan<byte> packet, Span<byte> plain, out int length);

    /// <summary>Wraps a packet of the server's.</summary>
    /// <returns>Bytes written.</returns>
    public abstract int Wrap(ReadOnlySpan<byte> plain, Span<byte> packet);

    /// <summary>The bytes by which a replay of a wrapped packet is known, as a number; null without wrapping.</summary>
    /// <param name="packet">A packet that unwrapped.</param>
    public virtual ulong? StampOf(ReadOnlySpan<byte> packet)
    {
        return BinaryPrimitives.ReadUInt64BigEndian(packet[StampOffset..]);
    }

    protected abstract int StampOffset { get; }
}
