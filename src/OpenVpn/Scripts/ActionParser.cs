// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Reads an action: a word and its parameters.</summary>
internal static class ActionParser
{
    private const int MostPackets = 1_000_000;

    private static readonly Dictionary<string, Func<WordReader, ScriptAction>> Words = new()
    {
        ["drop"] = words => new DropAction(Directions(words), Kinds(words), Above(words)),
        ["pass"] = words => new PassAction(Directions(words), Kinds(words)),
        ["corrupt"] = words => new CorruptAction((int)words.TakeNumber(1, MostPackets)),
        ["replay"] = words => new ReplayAction((int)words.TakeNumber(1, MostPackets)),
        ["wrong-key"] = words => new WrongKeyAction((int)words.TakeNumber(1, MostPackets)),
        ["blackhole"] = words => new BlackholeAction(words.TryTake("after") ? words.TakeNumber(1, 1L << 40) : 0),
        ["stop-acks"] = _ => new StopAcknowledgementsAction(),
        ["stall-tls"] = words => new StallTlsAction((int)words.TakeNumber(0, 1000)),
        ["heal"] = _ => new HealAction(),
        ["auth-failed"] = words => new RefuseAction(Message("AUTH_FAILED", words)),
        ["auth-failed-temp"] = words => new RefuseAction(Temporary(words)),
        ["restart"] = words => new SayAction(Message("RESTART", words)),
        ["halt"] = words => new SayAction(Message("HALT", words)),
        ["exit"] = _ => new SayAction("EXIT"),
        ["exit-packet"] = _ => new ExitPacketAction(),
        ["say"] = words => new SayAction(words.TakeRest("a message")),
        ["garbage"] = _ => new GarbageAction(),
        ["forge-reset"] = _ => new ForgeResetAction(),
        ["forget"] = _ => new ForgetAction(),
        ["renegotiate"] = _ => new RenegotiateAction(),
        ["refuse-renegotiation"] = _ => new AnswerRenegotiationAction(IsRefused: true),
        ["accept-renegotiation"] = _ => new AnswerRenegotiationAction(IsRefused: false),
        ["rst"] = _ => new DisconnectAction(IsReset: true),
        ["fin"] = _ => new DisconnectAction(IsReset: false),
        ["close"] = _ => new CloseAction(),
        ["reopen"] = _ => new ReopenAction(null),
        ["move"] = words => new ReopenAction(Address(words)),
        ["certificate"] = words => new CertificateAction(words.Take("other or own") switch
        {
            "other" => true,
            "own" => false,
            var word => throw new ScriptSyntaxException($"'{word}' is no certificate", "expected: other or own"),
        }),
        ["address"] = words =>
        {
            words.Require("other");
            return new OtherAddressAction();
        },
        ["push"] = PushParser.Parse,
        ["ping"] = words => words.TryTake("never") ? new KeepaliveAction(null) : EveryTime(words),
    };

    /// <summary>Every word that names an action, for messages and documentation.</summary>
    public static IReadOnlyCollection<string> ActionWords => Words.Keys;

    /// <exception cref="ScriptSyntaxException">The text is no action.</exception>
    public static ScriptAction Parse(string text)
    {
        var words = new WordReader(text);
        var word = words.Take("an action");
        if (!Words.TryGetValue(word, out var read))
        {
            throw new ScriptSyntaxException($"'{word}' is no action", "one of: " + string.Join(", ", Words.Keys));
        }

        var action = read(words);
        return words.IsAtEnd
            ? action
            : throw new ScriptSyntaxException($"'{words.TakeRest()}' follows the action", "leave it out");
    }

    private static PacketDirections Directions(WordReader words) => words.Take("in, out or both") switch
    {
        "in" => PacketDirections.In,
        "out" => PacketDirections.Out,
        "both" => PacketDirections.Both,
        var word => throw new ScriptSyntaxException($"'{word}' is no direction", "expected: in, out or both"),
    };

    private static PacketKinds Kinds(WordReader words)
    {
        var kinds = PacketKinds.None;
        foreach (var word in words.Take("data, control, ping or all").Split(','))
        {
            kinds |= word switch
            {
                "data" => PacketKinds.Data,
                "control" => PacketKinds.Control,
                "ping" => PacketKinds.Ping,
                "all" => PacketKinds.All,
                _ => throw new ScriptSyntaxException(
                    $"'{word}' is no kind of packet", "expected: data, control, ping or all, several with commas"),
            };
        }

        return kinds;
    }

    private static int Above(WordReader words) => words.TryTake("above") ? (int)words.TakeNumber(1, 65535) : 0;

    private static string Message(string command, WordReader words)
    {
        var text = words.TakeRest();
        return text.Length > 0 ? command + "," + text : command;
    }

    private static string Temporary(WordReader words)
    {
        var seconds = words.IsAtEnd ? 0 : words.TakeNumber(1, 3600);
        return seconds == 0 ? "AUTH_FAILED,TEMP" : $"AUTH_FAILED,TEMP[backoff {seconds}]:try later";
    }

    private static IPAddress Address(WordReader words)
    {
        var word = words.Take("an address");
        return IPAddress.TryParse(word, out var address)
            ? address
            : throw new ScriptSyntaxException($"'{word}' is no address", "expected: such as 203.0.113.11 or 2001:db8::11");
    }

    private static KeepaliveAction EveryTime(WordReader words)
    {
        words.Require("every");
        return new KeepaliveAction(words.TakeTime());
    }
}
