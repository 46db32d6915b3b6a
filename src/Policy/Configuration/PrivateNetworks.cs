// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Networks that are not routed on the internet.</summary>
internal static class PrivateNetworks
{
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("10.0.0.0/8"), // RFC 1918
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("127.0.0.0/8"), // RFC 1122
        IPNetwork.Parse("169.254.0.0/16"), // RFC 3927
        IPNetwork.Parse("224.0.0.0/24"), // RFC 5771, section 4: multicast that no router forwards
        IPNetwork.Parse("239.0.0.0/8"), // RFC 2365: multicast of one's own administration
        IPNetwork.Parse("::1/128"),
        IPNetwork.Parse("fc00::/7"), // RFC 4193
        IPNetwork.Parse("fe80::/10"), // RFC 4291
        IPNetwork.Parse("ff02::/16"),
    ];

    public static bool Contain(IPNetwork network)
    {
        return Networks.Any(known =>
            known.BaseAddress.AddressFamily == network.BaseAddress.AddressFamily
            && known.PrefixLength <= network.PrefixLength
            && known.Contains(network.BaseAddress));
    }
}
