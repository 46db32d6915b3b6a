// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.Prover.Reading;

/// <summary>Looks at the shape of nft's objects: what a newer nft adds to one may change its meaning.</summary>
internal static class NftJson
{
    /// <summary>The only property of an object.</summary>
    /// <exception cref="UnreadableException">It is no object, or has others.</exception>
    public static JsonProperty Single(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            var properties = json.EnumerateObject();
            if (properties.MoveNext() && properties.Current is var first && !properties.MoveNext())
            {
                return first;
            }
        }
        throw new UnreadableException("an object with other than one property");
    }

    /// <summary>Requires an object that has no other properties than these.</summary>
    /// <exception cref="UnreadableException">It has others.</exception>
    public static void Only(JsonElement json, params ReadOnlySpan<string> names)
    {
        if (Unexpected(json, names) is { } name)
        {
            throw new UnreadableException(name.Length > 0 ? $"property {name}" : "a value that is no object");
        }
    }

    /// <summary>The first property that is none of these; null: there is none; empty: it is no object.</summary>
    public static string? Unexpected(JsonElement json, params ReadOnlySpan<string> names)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return "";
        }
        foreach (var property in json.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                return property.Name;
            }
        }
        return null;
    }

    /// <summary>A key and its value in a map.</summary>
    /// <exception cref="UnreadableException">It is no pair.</exception>
    public static (JsonElement Key, JsonElement Value) Pair(JsonElement json)
    {
        return json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 2
            ? (json[0], json[1])
            : throw new UnreadableException("an entry of a map that is no pair");
    }
}
