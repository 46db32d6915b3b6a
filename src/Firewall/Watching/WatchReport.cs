// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeakVerifier.Firewall.Watching;

/// <summary>What a watch tells, in a file that stays when it ends.</summary>
public sealed record WatchReport
{
    /// <summary>How many gaps are listed; older ones are only counted.</summary>
    public const int Limit = 20;

    /// <summary>The process.</summary>
    public required int Process { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How firmly it holds its copies.</summary>
    public required Ownership Ownership { get; init; }

    /// <summary>How many gaps there were since the machine started.</summary>
    public int GapCount { get; init; }

    /// <summary>The last gaps, the latest at the end.</summary>
    public ImmutableArray<Gap> Gaps { get; init; } = [];

    /// <summary>What is wrong now; null: nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>The same with one more gap.</summary>
    public WatchReport With(Gap gap)
    {
        return this with { GapCount = GapCount + 1, Gaps = [.. Gaps.Add(gap).TakeLast(Limit)] };
    }

    /// <summary>Writes the file in one step: a reader sees the old one or the new one.</summary>
    public void Write(string path)
    {
        var next = path + ".next";
        File.WriteAllBytes(next, ToJson().Span);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Reads the file.</summary>
    /// <returns>Null when there is none, or none that can be read.</returns>
    public static WatchReport? Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return From(json.RootElement);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private ReadOnlyMemory<byte> ToJson()
    {
        // Relaxed: the text goes to a terminal or a program, not into HTML.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, options);
        json.WriteStartObject();
        json.WriteNumber("schema", 1);
        json.WriteNumber("process", Process);
        json.WriteString("since", Text(Since));
        json.WriteString("ownership", Name(Ownership));
        json.WriteString("warning", Warning);
        json.WriteNumber("gapCount", GapCount);
        json.WriteStartArray("gaps");
        foreach (var gap in Gaps)
        {
            json.WriteStartObject();
            json.WriteString("what", gap.What);
            json.WriteString("cause", gap.Cause);
            json.WriteString("start", Text(gap.Start));
            json.WriteNumber("milliseconds", Math.Round(gap.Length.TotalMilliseconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static WatchReport From(JsonElement json) => new()
    {
        Process = json.GetProperty("process").GetInt32(),
        Since = Time(json.GetProperty("since")),
        Ownership = Enum.GetValues<Ownership>().First(value => Name(value) == json.GetProperty("ownership").GetString()),
        Warning = json.GetProperty("warning").GetString(),
        GapCount = json.GetProperty("gapCount").GetInt32(),
        Gaps =
        [
            .. json.GetProperty("gaps").EnumerateArray().Select(gap => new Gap(
                gap.GetProperty("what").GetString() ?? "",
                gap.GetProperty("cause").GetString() ?? "",
                Time(gap.GetProperty("start")),
                TimeSpan.FromMilliseconds(gap.GetProperty("milliseconds").GetDouble()))),
        ],
    };

    private static string Name(Ownership ownership) => ownership switch
    {
        Ownership.OwnedPersistent => "owned-persistent",
        Ownership.Owned => "owned",
        _ => "none",
    };

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(JsonElement json)
    {
        return DateTimeOffset.Parse(json.GetString() ?? "", CultureInfo.InvariantCulture);
    }
}
