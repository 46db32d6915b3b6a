// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.ControlChannel;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Reads what follows the word <c>push</c>.</summary>
internal static class PushParser
{
    private const string Forms =
        "add OPTION, remove NAME, replace NAME with OPTION, reverse, ipv4-only, reset, now, never, again";

    /// <summary>The client reads an option into a buffer of this size (OPTION_PARM_SIZE).</summary>
    private const int MaximumOptionLength = 255;

    public static ScriptAction Parse(WordReader words) => words.Take(Forms) switch
    {
        "add" => new EditPushAction(new PushAdd(Option(words.TakeRest("an option")))),
        "remove" => new EditPushAction(new PushRemove(words.TakeRest("an option's name"))),
        "replace" => Replacement(words.TakeRest("NAME with OPTION")),
        "reverse" => new EditPushAction(new PushReverse()),
        "ipv4-only" => new EditPushAction(new PushIPv4Only()),
        "reset" => new EditPushAction(null),
        "now" => new PushNowAction(),
        "never" => new WithholdPushAction(IsWithheld: true),
        "again" => new WithholdPushAction(IsWithheld: false),
        var word => throw new ScriptSyntaxException($"'push {word}' is no action", "expected: " + Forms),
    };

    private static EditPushAction Replacement(string text)
    {
        const string separator = " with ";
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at > 0
            ? new EditPushAction(new PushReplace(text[..at].Trim(), Option(text[(at + separator.Length)..].Trim())))
            : throw new ScriptSyntaxException($"'{text}' is no replacement", "expected: NAME with OPTION");
    }

    private static string Option(string option)
    {
        if (option.Length is 0 or > MaximumOptionLength)
        {
            throw new ScriptSyntaxException("an option has 1 to 255 characters", "split it");
        }

        return option.Contains(',', StringComparison.Ordinal)
            ? throw new ScriptSyntaxException("a comma would end the option", "add the options one by one")
            : option;
    }
}
