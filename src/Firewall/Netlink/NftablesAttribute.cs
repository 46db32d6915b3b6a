// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Numbers of the attributes of nftables' messages (linux/netfilter/nf_tables.h).</summary>
public static class NftablesAttribute
{
    /// <summary>The table's name: the first attribute of every kind of message.</summary>
    public const int Table = 1;

    /// <summary>NFTA_TABLE_FLAGS</summary>
    public const int TableFlags = 2;

    /// <summary>NFTA_CHAIN_NAME</summary>
    public const int ChainName = 3;

    /// <summary>NFTA_CHAIN_HOOK</summary>
    public const int ChainHook = 4;

    /// <summary>NFTA_CHAIN_POLICY</summary>
    public const int ChainPolicy = 5;

    /// <summary>NFTA_CHAIN_TYPE</summary>
    public const int ChainType = 7;

    /// <summary>NFTA_CHAIN_USERDATA</summary>
    public const int ChainUserData = 12;

    /// <summary>NFTA_RULE_CHAIN</summary>
    public const int RuleChain = 2;

    /// <summary>NFTA_RULE_EXPRESSIONS: a list of expressions.</summary>
    public const int RuleExpressions = 4;

    /// <summary>NFTA_RULE_USERDATA: nft keeps comments in it.</summary>
    public const int RuleUserData = 7;

    /// <summary>NFTA_SET_NAME, NFTA_SET_ELEM_LIST_SET</summary>
    public const int SetName = 2;

    /// <summary>NFTA_SET_ID: a number that is told apart in one batch.</summary>
    public const int SetId = 10;

    /// <summary>NFTA_SET_ELEM_LIST_ELEMENTS</summary>
    public const int SetElements = 3;

    /// <summary>NFTA_SET_ELEM_LIST_SET_ID: the number of a set that the same batch creates.</summary>
    public const int SetElementsId = 4;

    /// <summary>NFTA_LIST_ELEM: an entry of a list.</summary>
    public const int ListEntry = 1;

    /// <summary>NFTA_EXPR_NAME</summary>
    public const int ExpressionName = 1;

    /// <summary>NFTA_EXPR_DATA</summary>
    public const int ExpressionData = 2;

    /// <summary>NFTA_GEN_ID: the number of transactions so far.</summary>
    public const int Generation = 1;

    /// <summary>NFTA_GEN_PROC_PID: the process that asked for the last one.</summary>
    public const int GenerationProcess = 2;

    /// <summary>NFTA_GEN_PROC_NAME: its name.</summary>
    public const int GenerationProcessName = 3;
}
