// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Smt;

/// <summary>Asks z3 whether any packet outside the policy may leave.</summary>
public static class SecondOpinion
{
    private const int TimeoutSeconds = 60;

    /// <summary>Whether the program z3 is installed.</summary>
    public static bool IsAvailable => ToolRun.Of("z3", "--version") is { ExitCode: 0 };

    /// <summary>The question as SMT-LIB 2.6: satisfiable if and only if some packet may leave.</summary>
    /// <exception cref="BudgetException">The rules are beyond what the model follows.</exception>
    public static string Question(
        LoadedRuleset loaded, EgressPolicy policy, PathKind path, IpFamily family, ProofOptions options)
    {
        var gates = new SmtGates();
        var classes = InterfaceClasses.Of(loaded, policy);
        var model = new PathModel(gates, new Hooks(loaded.Ruleset, family), classes, path, family);
        return gates.Question(PathProver.Leaking(model, gates, policy, classes, path, options.NoRawSockets));
    }

    /// <summary>Compares an answer with z3's.</summary>
    /// <returns>Whether they contradict each other, and what z3 said.</returns>
    public static (bool Contradicts, string Words) On(
        PathAnswer answer, LoadedRuleset loaded, EgressPolicy policy, ProofOptions options)
    {
        if (answer.Nodes == 0)
        {
            return (false, "not asked: there was no question");
        }
        string question;
        try
        {
            question = Question(loaded, policy, answer.Path, answer.Family, options);
        }
        catch (BudgetException e)
        {
            return (false, $"not asked: {e.Message}");
        }
        string[] arguments = [string.Create(CultureInfo.InvariantCulture, $"-T:{TimeoutSeconds}"), "-smt2", "-in"];
        var run = ToolRun.Of("z3", question, arguments);
        if (run is null)
        {
            return (false, "z3 is not installed");
        }
        var said = Encoding.UTF8.GetString(run.Output).Trim();
        return said switch
        {
            "unsat" => (answer.Verdict == Verdict.Leak, "z3: no packet can leave"),
            "sat" => (answer.Verdict == Verdict.Proved, "z3: a packet can leave"),
            _ => (false, $"z3 did not answer: {said[..Math.Min(80, said.Length)]}"),
        };
    }
}
