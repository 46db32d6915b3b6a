// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Explaining;

/// <summary>
/// Applies one rule, as it is given to the kernel, to one packet. It knows the words that this firewall's rules have, and
/// refuses to guess about any other.
/// </summary>
internal sealed class RuleReading
{
    private readonly PacketMatching _matching;

    /// <param name="packet">The packet.</param>
    /// <param name="outInterface">The interface that the chain is told.</param>
    public RuleReading(ExplainedPacket packet, string outInterface)
    {
        _matching = new PacketMatching(packet, outInterface);
    }

    /// <summary>Applies a rule.</summary>
    /// <exception cref="FormatException">A word of it is not known, or it depends on what the packet does not tell.</exception>
    public RuleOutcome Apply(string rule)
    {
        _matching.Begin();
        var outcome = Read(rule);
        return outcome.Matches && _matching.Untold is { } untold ? throw new FormatException(untold) : outcome;
    }

    private RuleOutcome Read(string rule)
    {
        var words = new RuleWords(rule);
        var matches = true;
        while (!words.IsAtEnd)
        {
            switch (words.Peek)
            {
                case "accept" or "drop" or "return":
                    return new RuleOutcome(matches, words.Take(), "");
                case "reject":
                    return new RuleOutcome(matches, words.Take(), "");
                case "jump":
                    words.Take();
                    return new RuleOutcome(matches, "jump", words.Take());
                case "limit":
                    while (words.Take() != "packets")
                    {
                        // A limit concerns the log alone: it stands in no rule with a verdict.
                    }

                    break;
                case "log":
                    words.Skip();
                    break;
                case "counter":
                    words.Take();
                    break;
                case "masquerade" or "dnat" or "comment":
                    words.Skip();
                    break;
                default:
                    // Every condition is read, also behind one that does not hold, or the words would be out of step.
                    matches &= _matching.Holds(words);
                    break;
            }
        }

        return new RuleOutcome(matches, "", "");
    }
}
