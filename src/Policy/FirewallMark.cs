// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Policy;

/// <summary>A firewall mark (SO_MARK of socket(7)) that the tunnel's own packets carry.</summary>
/// <param name="Value">The bits, never 0: every packet that nobody marked has 0.</param>
/// <param name="Mask">Which bits are compared; every bit of <paramref name="Value"/> is among them.</param>
public sealed record FirewallMark(uint Value, uint Mask = uint.MaxValue)
{
    /// <summary>Whether a packet with this mark is meant.</summary>
    public bool Matches(uint mark) => (mark & Mask) == Value;

    /// <summary>The configuration's spelling: <c>0xca6c</c> or <c>0x10000/0xff0000</c>.</summary>
    public override string ToString()
    {
        return Mask == uint.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}")
            : string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}/0x{Mask:x}");
    }
}
