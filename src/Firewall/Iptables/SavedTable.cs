// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Iptables;

/// <summary>One listed table.</summary>
public sealed class SavedTable
{
    private readonly Dictionary<string, string> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SavedRule>> _rules = new(StringComparer.Ordinal);

    /// <summary>Names of the chains that are ours.</summary>
    public IEnumerable<string> OwnChains =>
        _rules.Keys.Where(name => name.StartsWith(IptablesChain.Prefix, StringComparison.Ordinal));

    /// <summary>Names of the chains that the kernel calls.</summary>
    public IEnumerable<string> BuiltInChains => _policies.Where(chain => chain.Value != "-").Select(chain => chain.Key);

    /// <summary>A chain's policy; null when there is no such chain, <c>-</c> when nobody but a jump calls it.</summary>
    public string? Policy(string chain) => _policies.GetValueOrDefault(chain);

    /// <summary>A chain's rules, in order.</summary>
    public IReadOnlyList<SavedRule> Rules(string chain) => _rules.GetValueOrDefault(chain) ?? [];

    internal void AddChain(string name, string policy)
    {
        _policies[name] = policy;
        _rules.TryAdd(name, []);
    }

    internal void AddRule(string line)
    {
        if (SavedRule.Read(line) is { } rule && _rules.TryGetValue(rule.Chain, out var rules))
        {
            rules.Add(rule);
        }
    }
}
