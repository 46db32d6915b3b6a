// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>A kernel in memory that knows the firewall's tables and spells them as it was given.</summary>
internal sealed class FakeNftables : INftables
{
    /// <summary>The table; null: none.</summary>
    public string? Table { get; set; }

    /// <summary>The second wall's table; null: none.</summary>
    public string? Frames { get; set; }

    /// <summary>What the kernel makes of a loaded listing.</summary>
    public Func<string, string> Spell { get; set; } = listing => listing;

    /// <summary>Which scripts are refused, and with which error.</summary>
    public Func<string, string?> Refuse { get; set; } = _ => null;

    /// <summary>Why the table cannot be read; null: it can.</summary>
    public string? ListError { get; set; }

    public NftablesReply Run(string commands)
    {
        if (Refuse(commands) is { } error)
        {
            return new NftablesReply(false, "", error);
        }

        Table = After(commands, "inet vpn_firewall", Table) is { } table ? Spell(table) : null;
        Frames = After(commands, "netdev vpn_firewall", Frames);
        return new NftablesReply(true, "", "");
    }

    public TableListing ListFrames(bool withCounters = false) => new(Frames, null);

    public TableListing List(bool withCounters = false)
    {
        var counted = Table?.Replace("counter ", "counter packets 2 bytes 9 ", StringComparison.Ordinal);
        return ListError is null
            ? new TableListing(withCounters ? counted : Table, null)
            : new TableListing(null, ListError);
    }

    /// <summary>Chains of others: family and chain.</summary>
    public Func<NftablesFamily, string, bool> HasChains { get; set; } = (_, _) => false;

    public bool HasChain(TableName table, string chain) => HasChains(table.Family, chain);

    public void Dispose()
    {
        // Nothing to close: the tables outlive the connection, as in the kernel.
    }

    /// <summary>What becomes of a table: replaced, removed, or as it was where the commands do not name it.</summary>
    private static string? After(string commands, string name, string? before)
    {
        var start = commands.IndexOf($"table {name} {{", StringComparison.Ordinal);
        if (start < 0)
        {
            return commands.Contains($"delete table {name}", StringComparison.Ordinal) ? null : before;
        }

        var end = commands.IndexOf("\n}\n", start, StringComparison.Ordinal) + 3;
        return commands[start..end];
    }
}
