// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Reads <c>when [every] EVENT [#N] [after TIME] do ACTION</c>.</summary>
internal static class RuleParser
{
    private static readonly Dictionary<string, ServerEventKind> Words = new()
    {
        ["started"] = ServerEventKind.Started,
        ["client-reset"] = ServerEventKind.ClientReset,
        ["tls-done"] = ServerEventKind.TlsDone,
        ["keys-read"] = ServerEventKind.KeysRead,
        ["push-asked"] = ServerEventKind.PushAsked,
        ["push-sent"] = ServerEventKind.PushSent,
        ["push-acknowledged"] = ServerEventKind.PushAcknowledged,
        ["tunnel-up"] = ServerEventKind.TunnelUp,
        ["data-in"] = ServerEventKind.DataIn,
        ["data-out"] = ServerEventKind.DataOut,
        ["renegotiation"] = ServerEventKind.RenegotiationBegan,
        ["renegotiated"] = ServerEventKind.Renegotiated,
        ["exit"] = ServerEventKind.ClientExit,
        ["ended"] = ServerEventKind.SessionEnded,
        ["bytes"] = ServerEventKind.BytesPassed,
    };

    /// <summary>Every word that names an event, for messages and documentation.</summary>
    public static IReadOnlyCollection<string> EventWords => Words.Keys;

    /// <summary>The word of an event; null where scripts cannot wait for it.</summary>
    public static string? WordOf(ServerEventKind kind) => Words.FirstOrDefault(word => word.Value == kind).Key;

    /// <exception cref="ScriptSyntaxException">The line cannot be read.</exception>
    public static ScriptRule Parse(int number, string line)
    {
        var words = new WordReader(line);
        words.Require("when");
        var pattern = ReadEvent(words);
        var delay = words.TryTake("after") ? words.TakeTime() : TimeSpan.Zero;
        words.Require("do");
        var rest = words.TakeRest("an action");
        return new ScriptRule(number, pattern, delay, ActionParser.Parse(rest), rest);
    }

    private static EventPattern ReadEvent(WordReader words)
    {
        var isEvery = words.TryTake("every");
        var word = words.Take("an event");
        if (!Words.TryGetValue(word, out var kind))
        {
            throw new ScriptSyntaxException($"'{word}' is no event", "one of: " + string.Join(", ", Words.Keys));
        }

        var bytes = kind == ServerEventKind.BytesPassed ? words.TakeNumber(1, 1L << 40) : 0;
        var occurrence = words.Peek().StartsWith('#') ? ReadOccurrence(words) : (int?)null;
        if (occurrence is not null && (isEvery || bytes > 0))
        {
            throw new ScriptSyntaxException("'#' cannot stand here", "leave out 'every', or the '#'");
        }

        if (isEvery && bytes > 0)
        {
            throw new ScriptSyntaxException("so many bytes pass once", "leave out 'every'");
        }

        return new EventPattern(kind, isEvery ? 0 : occurrence ?? 1, bytes);
    }

    private static int ReadOccurrence(WordReader words)
    {
        var word = words.Take("#N");
        return int.TryParse(word.AsSpan(1), CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ScriptSyntaxException($"'{word}' is no occurrence", "expected: #1 for the first, #2 the second");
    }
}
