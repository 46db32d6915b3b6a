// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>An option of a match with its arguments.</summary>
/// <param name="Name">The option, with its dashes.</param>
/// <param name="Arguments">What follows it.</param>
/// <param name="IsNegated">Whether "!" stands before it.</param>
internal sealed record IptablesOption(string Name, IReadOnlyList<string> Arguments, bool IsNegated)
{
    /// <summary>The words, for people.</summary>
    public override string ToString() => (IsNegated ? "! " : "") + string.Join(' ', Arguments.Prepend(Name));
}

/// <summary>A match extension with all its options: some of them have a meaning only together.</summary>
/// <param name="Name">The name behind <c>-m</c>; empty: what needs no extension.</param>
/// <param name="Options">Its options.</param>
internal sealed record IptablesModule(string Name, List<IptablesOption> Options)
{
    /// <summary>The words, for people.</summary>
    public override string ToString()
    {
        return string.Join(' ', Options.Select(option => option.ToString()).Prepend("-m " + Name));
    }
}

/// <summary>What a rule does with what matches.</summary>
/// <param name="Name">The target or chain.</param>
/// <param name="IsGoto">Whether it is given by <c>-g</c>.</param>
/// <param name="Words">The target's own options.</param>
internal sealed record IptablesTarget(string Name, bool IsGoto, List<IptablesToken> Words);

/// <summary>A rule of iptables-save as it is written, before anything is known of its meaning.</summary>
/// <param name="Modules">What must match.</param>
/// <param name="Target">What follows then; null: nothing but counting.</param>
internal sealed record IptablesRule(List<IptablesModule> Modules, IptablesTarget? Target);
