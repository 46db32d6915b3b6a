// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Flags of a table (linux/netfilter/nf_tables.h, enum nft_table_flags).</summary>
[Flags]
public enum TableFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>NFT_TABLE_F_DORMANT: the kernel does not call its chains.</summary>
    Dormant = 1,

    /// <summary>NFT_TABLE_F_OWNER: only the socket that made it can change it (kernel 5.12).</summary>
    Owner = 2,

    /// <summary>NFT_TABLE_F_PERSIST: it stays when its owner's socket is closed (kernel 6.9).</summary>
    Persist = 4,
}
