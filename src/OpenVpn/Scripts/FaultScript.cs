// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>
/// Faults as data: lines <c>when EVENT do ACTION</c>. Every word is in docs/openvpn-scripts.md. A script is checked
/// whole before anything starts.
/// </summary>
public sealed class FaultScript
{
    /// <summary>Longest script in lines. One line is one fault; scenarios have fewer than ten.</summary>
    private const int MaximumLines = 1000;

    private const int MaximumLineLength = 512;

    private FaultScript(IReadOnlyList<ScriptRule> rules)
    {
        Rules = rules;
    }

    /// <summary>The rules in the order of their lines.</summary>
    internal IReadOnlyList<ScriptRule> Rules { get; }

    /// <summary>Reads a script.</summary>
    /// <returns>The script, or every mistake in it.</returns>
    public static ScriptResult Parse(string text)
    {
        var problems = new List<ScriptProblem>();
        var rules = new List<ScriptRule>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines.Length > MaximumLines)
        {
            var what = $"the script has {lines.Length} lines";
            problems.Add(new ScriptProblem(MaximumLines + 1, what, $"at most {MaximumLines}"));
            return new ScriptResult(null, problems);
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            try
            {
                rules.Add(RuleParser.Parse(i + 1, Checked(line)));
            }
            catch (ScriptSyntaxException problem)
            {
                problems.Add(new ScriptProblem(i + 1, problem.Message, problem.Mend));
            }
        }

        return new ScriptResult(problems.Count == 0 ? new FaultScript(rules) : null, problems);
    }

    private static string Checked(string line)
    {
        if (line.Length > MaximumLineLength)
        {
            throw new ScriptSyntaxException("the line is too long", $"at most {MaximumLineLength} characters");
        }

        // Whatever is said to a client must be printable ASCII, or it drops the whole message.
        return line.All(c => c is >= ' ' and <= '~' or '\t')
            ? line
            : throw new ScriptSyntaxException("a character is not printable ASCII", "write ASCII only");
    }
}
