// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>How iptables speaks to the kernel.</summary>
public enum IptablesVariant
{
    /// <summary>Through nf_tables, as Debian's since 10.</summary>
    Nft,

    /// <summary>Through x_tables: a second set of tables, which the kernel asks as well.</summary>
    Legacy,
}
