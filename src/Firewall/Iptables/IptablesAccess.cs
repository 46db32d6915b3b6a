// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Nftables;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>What the iptables backend touches outside itself.</summary>
public sealed record IptablesAccess
{
    // Of the thread's namespace, not the process's.
    private static readonly string[] LegacyNames =
        ["/proc/thread-self/net/ip6_tables_names", "/proc/thread-self/net/ip_tables_names"];

    /// <summary>Finds the programs.</summary>
    public required Func<IptablesInstallation> Find { get; init; }

    /// <summary>Whether the kernel has IPv6.</summary>
    public required Func<bool> HasIPv6 { get; init; }

    /// <summary>
    /// Whether anybody has used iptables-legacy in this network namespace; asked before any program is started.
    /// </summary>
    public required Func<bool> HasLegacyTables { get; init; }

    /// <summary>Lists a ruleset as the installed iptables spells it once the kernel has it.</summary>
    public required Func<IIptables, IptablesRuleset, IpFamily, IptablesReply> SaveInScratch { get; init; }

    /// <summary>The real ones.</summary>
    public static IptablesAccess System { get; } = new()
    {
        Find = IptablesInstallation.Find,
        HasIPv6 = KernelFamilies.HasIPv6,
        HasLegacyTables = ReadLegacyTables,
        SaveInScratch = (iptables, ruleset, family) => ScratchNamespace.Run(
            () => iptables.Restore(family, ruleset.Script(family)) is { IsDone: false } refusal ? refusal : iptables.Save(family),
            failure => new IptablesReply(false, "", failure)),
    };

    private static bool ReadLegacyTables()
    {
        return LegacyNames.Any(path => File.Exists(path) && File.ReadAllText(path).Trim().Length > 0);
    }
}
