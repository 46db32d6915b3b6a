// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Nftables;

/// <summary>The rules of the kernel, in the network namespace of the thread that opened this.</summary>
public interface INftables : IDisposable
{
    /// <summary>Runs nft commands as one transaction: all of them take effect, or none.</summary>
    NftablesReply Run(string commands);

    /// <summary>Lists the firewall's table.</summary>
    /// <param name="withCounters">Whether counters show their values; without them the text can be compared.</param>
    TableListing List(bool withCounters = false);

    /// <summary>Lists the second wall's table.</summary>
    /// <param name="withCounters">Whether counters show their values.</param>
    TableListing ListFrames(bool withCounters = false);

    /// <summary>Whether there is such a chain, ours or not.</summary>
    bool HasChain(TableName table, string chain);
}
