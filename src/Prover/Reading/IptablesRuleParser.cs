// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>Puts the words of a rule of iptables-save together.</summary>
internal sealed class IptablesRuleParser(List<IptablesToken> tokens)
{
    private readonly List<IptablesModule> _modules = [new("", [])];
    private int _next;

    /// <summary>The rule; null: its words can be read in more than one way.</summary>
    /// <exception cref="UnreadableException">A word belongs to no option.</exception>
    public static IptablesRule? Parse(List<IptablesToken> tokens) => new IptablesRuleParser(tokens).Rule();

    private IptablesRule? Rule()
    {
        while (_next < tokens.Count)
        {
            var isNegated = tokens[_next] is { IsQuoted: false, Text: "!" };
            _next += isNegated ? 1 : 0;
            if (_next >= tokens.Count || !tokens[_next].IsOption)
            {
                throw new UnreadableException("a word that belongs to no option");
            }
            var option = tokens[_next++].Text;
            if (isNegated && option is "-m" or "-j" or "-g")
            {
                throw new UnreadableException($"! before {option}");
            }
            if (option is "-j" or "-g")
            {
                return new IptablesRule(_modules, Target(option));
            }
            if (Arguments(option) is not { } arguments)
            {
                return null;
            }
            Add(new IptablesOption(option, arguments, isNegated));
        }
        return new IptablesRule(_modules, null);
    }

    private IptablesTarget Target(string option)
    {
        var name = _next < tokens.Count
            ? tokens[_next++].Text
            : throw new UnreadableException($"{option} without a target");
        return new IptablesTarget(name, option == "-g", tokens.GetRange(_next, tokens.Count - _next));
    }

    private void Add(IptablesOption option)
    {
        if (option.Name == "-m")
        {
            _modules.Add(new IptablesModule(option.Arguments[0], []));
            return;
        }
        var isPlain = option.Name is "-s" or "-d" or "-i" or "-o" or "-p" or "-f";
        _modules[isPlain ? 0 : ^1].Options.Add(option);
    }

    private List<string>? Arguments(string option)
    {
        var start = _next;
        if (IptablesArity.Of(option) is { } count)
        {
            _next += count;
            return _next <= tokens.Count
                ? Words(start)
                : throw new UnreadableException($"{option} without its arguments");
        }
        while (_next < tokens.Count && !tokens[_next].IsOption)
        {
            _next++;
        }
        if (_next == start && _next < tokens.Count && !tokens[_next].Text.StartsWith("--", StringComparison.Ordinal))
        {
            // -m behind an option that is not known may be its argument, and so may what follows: but for the target it is
            // all one unknown.
            var targets = tokens.Skip(start).Count(IsTarget);
            var target = tokens.FindIndex(start, IsTarget);
            _next = target < 0 ? tokens.Count : target;
            return targets > 1 ? null : Words(start);
        }
        return Words(start);
    }

    private static bool IsTarget(IptablesToken token) => token is { IsQuoted: false, Text: "-j" or "-g" };

    private List<string> Words(int start) => tokens.GetRange(start, _next - start).ConvertAll(token => token.Text);
}
