// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads one rule of iptables-save: options and their arguments, then the target and its options.</summary>
/// <param name="family">The program's family.</param>
/// <param name="isChain">Whether a name is a chain of the table.</param>
internal sealed class IptablesRuleReader(IpFamily family, Func<string, bool> isChain)
{
    private readonly List<RuleStep> _steps = [];
    private string _module = "";

    /// <summary>The steps of the words behind the chain's name.</summary>
    public ImmutableArray<RuleStep> Read(List<IptablesToken> tokens)
    {
        var i = 0;
        while (i < tokens.Count)
        {
            var isNegated = tokens[i] is { IsQuoted: false, Text: "!" };
            i += isNegated ? 1 : 0;
            if (i >= tokens.Count || !tokens[i].IsOption)
            {
                throw new UnreadableException("a word that belongs to no option");
            }
            var option = tokens[i++].Text;
            var end = i;
            while (end < tokens.Count && !tokens[end].IsOption)
            {
                end++;
            }
            var arguments = tokens.GetRange(i, end - i).ConvertAll(token => token.Text);
            if (option is "-j" or "-g")
            {
                Target(option, arguments, tokens.GetRange(end, tokens.Count - end));
                return [.. _steps];
            }
            Option(option, arguments, isNegated);
            i = end;
        }
        return [.. _steps];
    }

    private void Option(string option, List<string> arguments, bool isNegated)
    {
        if (option == "-m")
        {
            _module = arguments.Count == 1 ? arguments[0] : throw new UnreadableException("-m without a name");
            return;
        }
        try
        {
            _steps.AddRange(new IptablesMatches(family).Read(_module, option, arguments, isNegated));
        }
        catch (UnreadableException e)
        {
            var words = string.Join(' ', arguments.Prepend(option));
            _steps.Add(new UnknownStep($"{e.Message}: {(isNegated ? "! " : "")}{words}"));
        }
    }

    private void Target(string option, List<string> arguments, List<IptablesToken> rest)
    {
        if (arguments.Count != 1)
        {
            throw new UnreadableException($"{option} without a target");
        }
        var name = arguments[0];
        if (isChain(name))
        {
            _steps.Add(new VerdictStep(option == "-g" ? VerdictKind.Goto : VerdictKind.Jump, name));
            return;
        }
        try
        {
            _steps.AddRange(new IptablesTargets(family).Read(name, rest));
        }
        catch (UnreadableException e)
        {
            _steps.Add(new OpaqueStep($"{e.Message}: -j {string.Join(' ', rest.Select(t => t.Text).Prepend(name))}"));
        }
    }
}
