// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>
/// Reads <c>nft -j -n list ruleset</c>. Objects are parsed one by one, so that a listing of 20 MB needs little memory.
/// </summary>
internal static class NftJsonReader
{
    /// <summary>Reads a listing.</summary>
    /// <param name="utf8">The listing.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="text">What the text and bytecode listings add; null: they were not given.</param>
    /// <exception cref="RulesetFormatException">It is no such listing.</exception>
    public static IReadOnlyList<Table> Read(ReadOnlySpan<byte> utf8, string source, NftTextFacts? text)
    {
        var tables = new Dictionary<(string Family, string Name), NftTableBuilder>();
        var (line, counted) = (1, 0);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 64 });
            Enter(ref reader, source);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                line += utf8[counted..start].Count((byte)'\n');
                counted = start;
                var item = JsonElement.ParseValue(ref reader);
                Add(tables, item);
            }
            Leave(ref reader, source, line);
            return [.. tables.Values.Select(table => table.Build(text))];
        }
        catch (JsonException e)
        {
            throw new RulesetFormatException(source, (int)(e.LineNumber ?? 0) + 1, $"broken JSON: {e.Message}");
        }
        catch (Exception e) when (e is UnreadableException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RulesetFormatException(source, line, $"an object that nft does not print: {e.Message}");
        }
    }

    private static void Enter(ref Utf8JsonReader reader, string source)
    {
        var isListing = reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("nftables")
            && reader.Read() && reader.TokenType == JsonTokenType.StartArray;
        if (!isListing)
        {
            throw new RulesetFormatException(source, 1, "not the output of nft -j -n list ruleset");
        }
    }

    private static void Leave(ref Utf8JsonReader reader, string source, int line)
    {
        var isWhole = reader.TokenType == JsonTokenType.EndArray && reader.Read()
            && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        if (!isWhole)
        {
            throw new RulesetFormatException(source, line, "the listing is cut off, or something follows it");
        }
    }

    private static void Add(Dictionary<(string Family, string Name), NftTableBuilder> tables, JsonElement item)
    {
        var property = item.EnumerateObject().First();
        var body = property.Value;
        if (property.Name == "metainfo")
        {
            return;
        }
        var isTable = property.Name == "table";
        var key = (NftKeys.Text(body, "family"), NftKeys.Text(body, isTable ? "name" : "table"));
        if (!tables.TryGetValue(key, out var table))
        {
            table = new NftTableBuilder(key.Item1, key.Item2);
            tables.Add(key, table);
        }
        table.Add(property.Name, body);
    }
}
