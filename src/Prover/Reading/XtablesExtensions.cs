// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>
/// The xtables extensions of one rule of iptables-nft. nft lists everything of the rule but their parameters, and
/// iptables-nft-save lists these; what it says of the rest is not taken, because it shows expressions that iptables did not
/// write as something else, or not at all.
/// </summary>
/// <param name="family">The table's family.</param>
/// <param name="names">The names of the rule's extensions that match, as nft lists them.</param>
/// <param name="rule">The rule as iptables-nft-save lists it.</param>
internal sealed class XtablesExtensions(IpFamily family, IReadOnlyList<string> names, IptablesRule rule)
{
    private readonly IptablesModules _modules = new(family);
    private int _next;

    /// <summary>The steps of the next extension that matches; null: there are not as many in both listings.</summary>
    public IEnumerable<RuleStep>? Match(string name)
    {
        // iptables writes some extensions as nft's own expressions: they may be listed under the same name.
        if (rule.Modules.Count(module => RealName(module.Name) == name) != names.Count(n => n == name))
        {
            return null;
        }
        _next = rule.Modules.FindIndex(_next, module => RealName(module.Name) == name) + 1;
        return _next > 0 ? _modules.Read(rule.Modules[_next - 1]) : null;
    }

    /// <summary>The steps of the target; null: the other listing has another one.</summary>
    public IEnumerable<RuleStep>? Target(string name)
    {
        return rule.Target is { } target && RealName(target.Name) == name
            ? new IptablesTargets(family).Read(target)
            : null;
    }

    // iptables-save shows an older extension's name where the rule was written by it.
    private static string RealName(string name) => name switch
    {
        "state" => "conntrack",
        "icmpv6" => "icmp6",
        "NOTRACK" => "CT",
        _ => name,
    };
}
