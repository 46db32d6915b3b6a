// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads one rule of iptables-save: options and their arguments, then the target and its options.</summary>
/// <param name="family">The program's family.</param>
/// <param name="isChain">Whether a name is a chain of the table.</param>
internal sealed class IptablesRuleReader(IpFamily family, Func<string, bool> isChain)
{
    private readonly IptablesModules _modules = new(family);

    /// <summary>The steps of the words behind the chain's name.</summary>
    /// <exception cref="UnreadableException">A word belongs to no option.</exception>
    public ImmutableArray<RuleStep> Read(List<IptablesToken> tokens)
    {
        if (IptablesRuleParser.Parse(tokens) is not { } rule)
        {
            var words = string.Join(' ', tokens.Select(token => token.Text));
            return [new OpaqueStep($"words that are an option or an argument: {words}")];
        }
        var matches = rule.Modules.SelectMany(_modules.Read);
        return rule.Target is { } target ? [.. matches, .. Target(target)] : [.. matches];
    }

    private IEnumerable<RuleStep> Target(IptablesTarget target)
    {
        if (isChain(target.Name) && target.Words.Count == 0)
        {
            return [new VerdictStep(target.IsGoto ? VerdictKind.Goto : VerdictKind.Jump, target.Name)];
        }
        return new IptablesTargets(family).Read(target);
    }
}
