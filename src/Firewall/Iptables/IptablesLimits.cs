// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>What iptables alone cannot stop, named rather than passed over. docs/firewall.md tells of each why.</summary>
internal static class IptablesLimits
{
    /// <summary>What leaves, or is decided by others, in spite of the rules.</summary>
    public static IReadOnlyList<string> Of(EgressPolicy policy, IptablesVariant variant)
    {
        List<string> limits =
        [
            "frames that do not pass the IP layer: packet sockets (AF_PACKET), ARP, EAPOL",
            "macvlan and ipvlan children, and machines on a bridge with a physical interface",
            "what others accept before our jump in INPUT and FORWARD; what leaves meets the guard in any case",
        ];
        if (variant == IptablesVariant.Nft)
        {
            limits.Add("a foreign 'nft flush ruleset', which takes the rules of iptables-nft along; 'watch' guards those of nft alone");
        }

        if (policy.TunnelInterfaceKind is not null)
        {
            limits.Add($"VPN_INTERFACE_KIND: an interface is known by its name ({policy.TunnelInterface}) alone");
        }

        return limits;
    }

    /// <summary>Says that both variants are in use, if they are.</summary>
    public static IReadOnlyList<string> Mix(IptablesAccess access, IptablesVariant installed)
    {
        var isMixed = installed == IptablesVariant.Nft
            ? access.HasLegacyTables()
            : access.Find().Other is { } other && IpFamilies.InOrder.Any(family =>
                other.Save(family) is { IsDone: true } saved && SavedTables.Read(saved.Output).Names.Any());
        var (mine, theirs) = installed == IptablesVariant.Nft ? ("nft", "legacy") : ("legacy", "nft");
        return isMixed
            ? [$"iptables-{theirs} is in use besides iptables-{mine}: the kernel asks both, so these rules hold, "
                + $"but 'iptables' shows one of them only (see iptables-{theirs}-save)"]
            : [];
    }
}
