// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Wrapping;

/// <summary>The control channel as it is.</summary>
internal sealed class NoWrapping : ControlWrapping
{
    public override WrappingMode Mode => WrappingMode.None;

    protected override int StampOffset => 0;

    public override bool TryUnwrap(ReadOnlySpan<byte> packet, Span<byte> plain, out int length)
    {
        packet.CopyTo(plain);
        length = packet.Length;
        return true;
    }

    public override int Wrap(ReadOnlySpan<byte> plain, Span<byte> packet)
    {
        plain.CopyTo(packet);
        return plain.Length;
    }

    public override ulong? StampOf(ReadOnlySpan<byte> packet) => null;
}
