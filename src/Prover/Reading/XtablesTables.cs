// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Tables as iptables-nft-save lists them, to be held against nft's listing of the same tables.</summary>
internal sealed class XtablesTables
{
    private readonly Dictionary<(string Family, string Name), SavedTable?> _tables = [];

    /// <summary>Adds a table; one that is listed twice is not used.</summary>
    public void Add(SavedTable table)
    {
        var key = (table.Table.Family == TableFamily.Ip ? "ip" : "ip6", table.Table.Name);
        _tables[key] = _tables.ContainsKey(key) ? null : table;
    }

    /// <summary>The table, if it has as many rules in each chain as nft lists; else null.</summary>
    public SavedTable? Find(string family, string name, IEnumerable<(string Chain, int Rules)> listed)
    {
        if (!_tables.TryGetValue((family, name), out var table) || table is null)
        {
            return null;
        }
        var own = table.Rules.Where(chain => chain.Value.Count > 0).Select(chain => (chain.Key, chain.Value.Count));
        return own.ToHashSet().SetEquals(listed) ? table : null;
    }
}
