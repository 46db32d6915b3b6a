// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Kinds of messages of nftables (linux/netfilter/nf_tables.h, enum nf_tables_msg_types).</summary>
public enum NftablesMessageType
{
    /// <summary>NFT_MSG_NEWTABLE</summary>
    NewTable = 0,

    /// <summary>NFT_MSG_GETTABLE</summary>
    GetTable = 1,

    /// <summary>NFT_MSG_DELTABLE</summary>
    DeleteTable = 2,

    /// <summary>NFT_MSG_NEWCHAIN</summary>
    NewChain = 3,

    /// <summary>NFT_MSG_GETCHAIN</summary>
    GetChain = 4,

    /// <summary>NFT_MSG_DELCHAIN</summary>
    DeleteChain = 5,

    /// <summary>NFT_MSG_NEWRULE</summary>
    NewRule = 6,

    /// <summary>NFT_MSG_GETRULE</summary>
    GetRule = 7,

    /// <summary>NFT_MSG_DELRULE</summary>
    DeleteRule = 8,

    /// <summary>NFT_MSG_NEWSET</summary>
    NewSet = 9,

    /// <summary>NFT_MSG_GETSET</summary>
    GetSet = 10,

    /// <summary>NFT_MSG_DELSET</summary>
    DeleteSet = 11,

    /// <summary>NFT_MSG_NEWSETELEM</summary>
    NewSetElement = 12,

    /// <summary>NFT_MSG_GETSETELEM</summary>
    GetSetElement = 13,

    /// <summary>NFT_MSG_DELSETELEM</summary>
    DeleteSetElement = 14,

    /// <summary>NFT_MSG_NEWGEN: the end of a transaction's notifications; names the process that asked for it.</summary>
    NewGeneration = 15,

    /// <summary>NFT_MSG_GETGEN</summary>
    GetGeneration = 16,
}
