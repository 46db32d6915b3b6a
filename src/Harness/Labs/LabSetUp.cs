// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Labs;

/// <summary>What the hosts of a lab have in both families.</summary>
internal static class LabSetUp
{
    /// <summary>An address of each family; IPv6's network has 64 bits.</summary>
    public static NetworkSetUp Addresses(this NetworkSetUp setUp, string link, AddressPair addresses, int prefixLength)
    {
        return setUp.AddAddress(addresses.IPv4, prefixLength, link).AddAddress(addresses.IPv6, 64, link);
    }

    /// <summary>Routes to everywhere through a router.</summary>
    public static NetworkSetUp DefaultRoutes(this NetworkSetUp setUp, AddressPair router, string link, bool replace = false)
    {
        return setUp.AddRoute(Everywhere.IPv4, router.IPv4, link, replace).AddRoute(Everywhere.IPv6, router.IPv6, link, replace);
    }
}
