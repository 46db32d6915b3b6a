// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Reporting;

/// <summary>The answer for people.</summary>
public static class ProofText
{
    /// <summary>The whole answer, several lines.</summary>
    public static string Of(ProofResult result)
    {
        var text = new StringBuilder();
        Line(text, 0, $"{PathWords.Of(result.Verdict).ToUpperInvariant()}: {result.Reason}");
        foreach (var answer in result.Paths.Concat(result.PacketSockets))
        {
            Answer(text, answer);
        }
        if (result.Frames is { } frames)
        {
            Line(text, 1, $"{"other frames",-12} {PathWords.Of(frames.Verdict)} {frames.Text}");
        }
        List(text, "Not answered by any rule:", result.Obstacles);
        List(text, "This takes for granted:", result.Assumptions);
        List(text, "Read:", result.Facts);
        return text.ToString();
    }

    /// <summary>What one packet meets, several lines.</summary>
    public static string Of(Packet packet, Explanation explanation)
    {
        var text = new StringBuilder();
        Line(text, 0, PacketText.Of(packet));
        Trace(text, explanation.Trace);
        Line(text, 0, explanation switch
        {
            { IsPossible: false } => "cannot be: no rule makes the kernel route it again",
            { Opaque: [var first, ..] } => $"not known: {first}",
            { Leaves: true } => "leaves",
            _ => "does not leave",
        });
        return text.ToString();
    }

    private static void Answer(StringBuilder text, PathAnswer answer)
    {
        Line(text, 1, $"{PathWords.Of(answer.Path, answer.Family),-12} {PathWords.Of(answer.Verdict)} {answer.Reason}".TrimEnd());
        foreach (var cause in answer.Causes)
        {
            Line(text, 2, $"{(answer.Verdict == Verdict.Leak ? "leaks" : "may leak")}: {cause.Region}");
            Line(text, 3, $"let through by {string.Join("; then ", cause.Rules)}");
            Line(text, 3, $"for example {PacketText.Of(cause.Witness.Packet)}");
            Line(text, 3, $"to send it: {Recipe(answer.Path, cause.Witness.Recipe)}");
        }
        foreach (var unknown in answer.Unknowns)
        {
            Line(text, 2, $"not modelled: {unknown}");
        }
        if (answer.SecondOpinion is { } opinion)
        {
            Line(text, 2, $"second opinion: {opinion}");
        }
    }

    private static void Trace(StringBuilder text, IEnumerable<TraceEntry> trace)
    {
        foreach (var entry in trace)
        {
            Line(text, 1, $"{entry.Chain}: {entry.Rule}: {entry.Text} => {entry.Effect}");
        }
    }

    private static string Recipe(PathKind path, StateRecipe recipe) => recipe switch
    {
        StateRecipe.FlowBeforeLoad => "open the connection before the rules are loaded",
        StateRecipe.InboundFirst => "let a packet from outside come first",
        StateRecipe.Mark => "set the mark (SO_MARK, with CAP_NET_RAW)",
        StateRecipe.Raw => "use a raw socket (CAP_NET_RAW)",
        StateRecipe.Fragment => "send it as a fragment",
        _ => path switch
        {
            PathKind.Output => "an ordinary socket",
            PathKind.Forward => "an ordinary socket of a machine behind this one",
            _ => "a packet socket (CAP_NET_RAW)",
        },
    };

    private static void List(StringBuilder text, string title, IReadOnlyCollection<string> lines)
    {
        if (lines.Count > 0)
        {
            Line(text, 0, title);
            foreach (var line in lines)
            {
                Line(text, 1, line);
            }
        }
    }

    private static void Line(StringBuilder text, int indent, string line)
    {
        text.Append(' ', indent * 2).Append(line).Append('\n');
    }
}
