// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>Follows a packet through the rules as the kernel does, and notes each rule that says something of it.</summary>
internal sealed class Explainer
{
    private readonly Ruleset _rules;
    private readonly ExplainedPacket _packet;
    private readonly List<TraceStep> _steps = [];

    private Explainer(Ruleset rules, ExplainedPacket packet)
    {
        _rules = rules;
        _packet = packet;
    }

    /// <summary>Explains what these rules do with a packet.</summary>
    public static Explanation Explain(Ruleset rules, ExplainedPacket packet)
    {
        var explainer = new Explainer(rules, packet);
        try
        {
            explainer.Walk();
            return new Explanation(packet, [.. explainer._steps], NotUnderstood: null);
        }
        catch (FormatException exception)
        {
            return new Explanation(packet, [.. explainer._steps], exception.Message);
        }
    }

    /// <summary>The hooks that a packet passes, in the kernel's order.</summary>
    private static ImmutableArray<string> Hooks(PacketPath path) => path switch
    {
        PacketPath.Output => ["output", "postrouting"],
        PacketPath.Forward => ["prerouting", "forward", "postrouting"],
        _ => ["prerouting", "input"],
    };

    private void Walk()
    {
        foreach (var hook in Hooks(_packet.Path))
        {
            var place = $"type filter hook {hook} ";
            foreach (var chain in _rules.Chains.Where(chain => chain.Hook?.StartsWith(place, StringComparison.Ordinal) == true))
            {
                // Only the output hook is told an interface that is out of date.
                var output = hook == "output" ? _packet.StaleInterface ?? _packet.OutInterface : _packet.OutInterface;
                if (Run(Ruleset.Table, _rules.Chains, chain, new RuleReading(_packet, output)) is not "accept")
                {
                    return;
                }
            }
        }

        if (_packet.Path != PacketPath.Input && _rules.Frames.Chains is [.., var frames])
        {
            Run(SecondWall.Table, _rules.Frames.Chains, frames, new RuleReading(_packet, _packet.OutInterface));
        }
    }

    /// <summary>Runs a chain. One that is not among them, such as that of the tunnel's addresses, says nothing.</summary>
    /// <returns>The verdict; null: the chain has none, and the packet goes back to the caller.</returns>
    private string? Run(string table, ImmutableArray<Chain> chains, Chain chain, RuleReading reading)
    {
        for (var index = 0; index < chain.Rules.Length; index++)
        {
            var outcome = reading.Apply(chain.Rules[index]);
            var target = chains.FirstOrDefault(other => other.Name == outcome.Target);
            if (!outcome.Matches || outcome.Verdict.Length == 0 || (outcome.Verdict == "jump" && target is null))
            {
                continue;
            }

            _steps.Add(new TraceStep(table, chain.Name, index + 1, chain.Rules[index], outcome.Verdict));
            switch (outcome.Verdict)
            {
                case "return":
                    return null;
                case "jump":
                    if (Run(table, chains, target!, reading) is { } verdict)
                    {
                        return verdict;
                    }

                    break;
                default:
                    return outcome.Verdict;
            }
        }

        return null;
    }
}
