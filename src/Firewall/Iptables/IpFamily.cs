// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>A family of addresses: iptables has tables, programs and rules of its own for each.</summary>
public enum IpFamily
{
    /// <summary>IPv6.</summary>
    IPv6,

    /// <summary>IPv4.</summary>
    IPv4,
}

/// <summary>What depends on the family alone.</summary>
public static class IpFamilies
{
    /// <summary>
    /// In the order in which rules are loaded: IPv6 first, since it is the one that is forgotten, so that nothing that
    /// fails later leaves it open behind a closed IPv4.
    /// </summary>
    public static IReadOnlyList<IpFamily> InOrder { get; } = [IpFamily.IPv6, IpFamily.IPv4];

    /// <summary>What the programs' names begin with: <c>iptables</c> or <c>ip6tables</c>.</summary>
    public static string Program(this IpFamily family) => family == IpFamily.IPv6 ? "ip6tables" : "iptables";

    /// <summary>The word for a person.</summary>
    public static string Word(this IpFamily family) => family == IpFamily.IPv6 ? "IPv6" : "IPv4";
}
