// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>The interface names and prefixes that rules, devices and the policy mention.</summary>
internal sealed class InterfaceMentions
{
    /// <summary>What was mentioned.</summary>
    public HashSet<InterfacePattern> Patterns { get; } = [];

    /// <summary>Names that some rule or egress chain means by index.</summary>
    public HashSet<string> ByIndex { get; } = [];

    /// <summary>Kinds of links that anybody asks for.</summary>
    public HashSet<string> Kinds { get; } = [];

    /// <summary>Adds what a ruleset mentions.</summary>
    public void Add(Ruleset ruleset)
    {
        foreach (var chain in ruleset.Tables.SelectMany(table => table.Chains))
        {
            foreach (var device in chain.Base?.Devices ?? [])
            {
                Patterns.Add(device);
                if (!device.IsPrefix && !chain.Base!.HasLaterDevices)
                {
                    ByIndex.Add(device.Stem);
                }
            }
            foreach (var step in chain.Rules.SelectMany(rule => rule.Steps))
            {
                Add(step);
            }
        }
    }

    /// <summary>Adds what a policy mentions.</summary>
    public void Add(EgressPolicy policy)
    {
        Patterns.Add(policy.TunnelInterface);
        Patterns.UnionWith(policy.InternalInterfaces);
        Patterns.UnionWith(policy.Management.Select(access => new InterfacePattern(access.Interface, IsPrefix: false)));
        if (policy.TunnelInterfaceKind is { } kind)
        {
            Kinds.Add(kind);
        }
        foreach (var local in policy.LocalNetworks)
        {
            if (local.Interface is { } name)
            {
                Patterns.Add(new InterfacePattern(name, IsPrefix: false));
            }
        }
    }

    private void Add(RuleStep step)
    {
        switch (step)
        {
            case MatchStep match:
                Add(match.Keys, match.Elements);
                break;
            case VerdictMapStep map:
                Add(map.Keys, map.Entries.Select(entry => entry.Element));
                break;
        }
    }

    private void Add(IReadOnlyList<Key> keys, IEnumerable<Element> elements)
    {
        if (!keys.Any(key => key is InterfaceKey or InterfaceKindKey))
        {
            return;
        }
        foreach (var part in elements.SelectMany(element => element.Parts.Select((value, i) => (value, key: keys[i]))))
        {
            if (part is { value: NameValues kinds, key: InterfaceKindKey })
            {
                Kinds.UnionWith(kinds.Names.Select(name => name.Stem));
            }
            else if (part.value is NameValues values)
            {
                Patterns.UnionWith(values.Names);
                if (part.key is InterfaceKey { ByIndex: true })
                {
                    ByIndex.UnionWith(values.Names.Select(name => name.Stem));
                }
            }
        }
    }
}
