// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Probing;

/// <summary>The numbers at which rules and the policy change their minds: each end of each range, and its neighbours.</summary>
internal sealed class EdgeValues
{
    private readonly Dictionary<(Field Field, IpFamily? Family), HashSet<(FieldKey Key, UInt128 Value)>> _edges = [];

    /// <summary>Collects what rules and policy speak of.</summary>
    public EdgeValues(Ruleset ruleset, EgressPolicy policy)
    {
        foreach (var step in ruleset.Tables.SelectMany(t => t.Chains).SelectMany(c => c.Rules).SelectMany(r => r.Steps))
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
        foreach (var server in policy.Servers)
        {
            var family = AddressRanges.FamilyOf(server.Address);
            Add(FieldKey.Whole(Field.Destination, family), ValueRange.Exactly(AddressRanges.ToNumber(server.Address)));
            Add(FieldKey.Whole(Field.Protocol), ValueRange.Exactly((UInt128)(int)server.Protocol));
            Add(FieldKey.DestinationPort, ValueRange.Exactly(server.Port ?? 0));
        }
        foreach (var local in policy.LocalNetworks)
        {
            var family = AddressRanges.FamilyOf(local.Network.BaseAddress);
            Add(FieldKey.Whole(Field.Destination, family), AddressRanges.Of(local.Network));
        }
    }

    /// <summary>The fields of a family that anything depends on.</summary>
    public IEnumerable<Field> FieldsOf(IpFamily family)
    {
        return _edges.Keys.Where(key => key.Family is null || key.Family == family).Select(key => key.Field);
    }

    /// <summary>The edges of a field, as bits to be written and their value.</summary>
    public IReadOnlyCollection<(FieldKey Key, UInt128 Value)> Of(Field field, IpFamily family)
    {
        return _edges.GetValueOrDefault((field, FamilyOf(field, family))) ?? [];
    }

    private static IpFamily? FamilyOf(Field field, IpFamily family)
    {
        return field is Field.Source or Field.Destination ? family : null;
    }

    private void Add(IReadOnlyList<Key> keys, IEnumerable<Element> elements)
    {
        foreach (var element in elements)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                if (keys[i] is FieldKey key && element.Parts[i] is NumberValues numbers)
                {
                    foreach (var range in numbers.Ranges)
                    {
                        Add(key, range);
                    }
                }
            }
        }
    }

    private void Add(FieldKey key, ValueRange range)
    {
        // An address's family shows in its width.
        var isIp4 = key.Offset + key.Length <= 32;
        var place = (key.Field, FamilyOf(key.Field, isIp4 ? IpFamily.Ip4 : IpFamily.Ip6));
        if (!_edges.TryGetValue(place, out var values))
        {
            _edges[place] = values = [];
        }
        var maximum = ValueRange.MaximumOf(key.Length);
        values.Add((key, range.Low));
        values.Add((key, range.High));
        values.Add((key, range.Low == 0 ? maximum : range.Low - 1));
        values.Add((key, range.High == maximum ? 0 : range.High + 1));
    }
}
