// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>nft's names of ICMP's types and codes.</summary>
internal static class IcmpNames
{
    /// <summary>The number (RFC 792, RFC 4443, RFC 4861) of a name, or of a number's text.</summary>
    public static byte Number(string name, byte protocol)
    {
        var isV6 = protocol == ExplainedPacket.Icmpv6;
        return name switch
        {
            "echo-reply" => isV6 ? (byte)129 : (byte)0,
            "echo-request" => isV6 ? (byte)128 : (byte)8,
            "destination-unreachable" => isV6 ? (byte)1 : (byte)3,
            "packet-too-big" => 2,
            "time-exceeded" => isV6 ? (byte)3 : (byte)11,
            "parameter-problem" => isV6 ? (byte)4 : (byte)12,
            "nd-router-solicit" => 133,
            "nd-router-advert" => 134,
            "nd-neighbor-solicit" => 135,
            "nd-neighbor-advert" => 136,
            "nd-redirect" => 137,
            "no-route" => 0,
            _ => byte.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new FormatException($"the word \"{name}\" is not known"),
        };
    }
}
