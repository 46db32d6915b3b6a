// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>The rules of the kernel through one variant of iptables, in the network namespace of the calling thread.</summary>
public interface IIptables
{
    /// <summary>Which variant it is.</summary>
    IptablesVariant Variant { get; }

    /// <summary>Lists the tables of a family.</summary>
    /// <param name="family">The family.</param>
    /// <param name="withCounters">Whether each rule shows how many packets it matched.</param>
    IptablesReply Save(IpFamily family, bool withCounters = false);

    /// <summary>Loads a script of iptables-restore, touching nothing that it does not name; each table as a whole or not.</summary>
    IptablesReply Restore(IpFamily family, string script);

    /// <summary>Finds out whether a script would be taken, as far as that can be told without loading it.</summary>
    IptablesReply Test(IpFamily family, string script);
}
