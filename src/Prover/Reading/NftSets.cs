// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>The named sets and maps of one table.</summary>
internal sealed class NftSets
{
    private readonly Dictionary<string, JsonElement> _sets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _strange = new(StringComparer.Ordinal);

    /// <summary>Adds a set or map as it was listed.</summary>
    public void Add(JsonElement json)
    {
        var name = NftKeys.Text(json, "name");
        _sets[name] = json;
        var flags = json.TryGetProperty("flags", out var listed) ? listed.GetRawText() : "";
        if (json.TryGetProperty("timeout", out _) || flags.Contains("timeout", StringComparison.Ordinal)
            || flags.Contains("dynamic", StringComparison.Ordinal))
        {
            _changing.Add(name);
        }
        var unexpected = NftJson.Unexpected(json, "family", "table", "name", "handle", "type", "map", "flags", "elem", "policy",
            "size", "gc-interval", "timeout", "comment", "auto-merge");
        if (unexpected is not null)
        {
            _strange[name] = unexpected;
        }
    }

    /// <summary>Notes that a rule adds to a set, or takes from it: JSON omits the flag "dynamic".</summary>
    public void MarkChanging(string reference)
    {
        _changing.Add(reference.TrimStart('@'));
    }

    /// <summary>The elements that a right side means: its own, or those of the set that it refers to.</summary>
    /// <exception cref="UnreadableException">The set changes on its own, or is not listed.</exception>
    public IEnumerable<JsonElement> Elements(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString()!.StartsWith('@'))
        {
            var name = json.GetString()![1..];
            if (!_sets.TryGetValue(name, out var set) || _changing.Contains(name))
            {
                throw new UnreadableException($"set {name}, whose elements change");
            }
            if (_strange.TryGetValue(name, out var property))
            {
                throw new UnreadableException($"property {property} of set {name}");
            }
            return set.TryGetProperty("elem", out var elements) ? elements.EnumerateArray() : [];
        }
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("set", out var own)
            && NftJson.Unexpected(json, "set") is null
            ? own.EnumerateArray()
            : [json];
    }
}
