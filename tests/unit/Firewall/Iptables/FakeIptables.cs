// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

/// <summary>
/// Tables in memory that understand what iptables-restore is given: each table of a script is taken as a whole or not.
/// </summary>
internal sealed class FakeIptables(IptablesVariant variant) : IIptables
{
    private static readonly Dictionary<string, string[]> BuiltIn = new()
    {
        ["filter"] = ["INPUT", "FORWARD", "OUTPUT"],
        ["mangle"] = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
        ["raw"] = ["PREROUTING", "OUTPUT"],
        ["nat"] = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
    };

    private readonly Dictionary<(IpFamily, string), FakeTable> _tables = [];

    /// <summary>A machine without iptables.</summary>
    public static IptablesAccess NotInstalled { get; } = new()
    {
        Find = () => new IptablesInstallation(Installed: null, Other: null),
        HasIPv6 = () => true,
        HasLegacyTables = () => false,
        SaveInScratch = (_, _, _) => new IptablesReply(false, "", "not installed"),
    };

    public IptablesVariant Variant => variant;

    /// <summary>Which transactions are refused: family, table, text of the table.</summary>
    public Func<IpFamily, string, string, string?> Refuse { get; set; } = (_, _, _) => null;

    /// <summary>Why a family's tables cannot be tried or listed; null: they can.</summary>
    public Func<IpFamily, string?> Broken { get; set; } = _ => null;

    /// <summary>What the kernel makes of a rule.</summary>
    public Func<string, string> Spell { get; set; } = rule => rule;

    /// <summary>What happened, in order: <c>IPv6 filter</c>.</summary>
    public List<string> Transactions { get; } = [];

    public IptablesReply Save(IpFamily family, bool withCounters = false)
    {
        if (Broken(family) is { } error)
        {
            return new IptablesReply(false, "", error);
        }

        var text = new StringBuilder();
        foreach (var ((_, name), table) in _tables.Where(entry => entry.Key.Item1 == family))
        {
            text.Append($"*{name}\n");
            text.AppendJoin("", table.Chains.Select(chain => $":{chain.Key} {table.Policies[chain.Key]} [0:0]\n"));
            var counter = withCounters ? "[2:9] " : "";
            text.AppendJoin("", table.Chains.SelectMany(chain => chain.Value.Select(rule => $"{counter}-A {chain.Key} {Spell(rule)}\n")));
            text.Append("COMMIT\n");
        }

        return new IptablesReply(true, text.ToString(), "");
    }

    public IptablesReply Test(IpFamily family, string script)
    {
        return Broken(family) is { } error ? new IptablesReply(false, "", error) : new IptablesReply(true, "", "");
    }

    public IptablesReply Restore(IpFamily family, string script)
    {
        if (Broken(family) is { } broken)
        {
            return new IptablesReply(false, "", broken);
        }

        foreach (var part in script.Split("COMMIT\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var name = lines[0][1..];
            if (Refuse(family, name, part) is { } error)
            {
                return new IptablesReply(false, "", error);
            }

            var table = _tables.GetValueOrDefault((family, name)) ?? new FakeTable(BuiltIn[name]);
            _tables[(family, name)] = table.After(lines[1..]);
            Transactions.Add($"{family} {name}");
        }

        return new IptablesReply(true, "", "");
    }

    /// <summary>A line of somebody else, or of somebody who meddles: <c>-A FORWARD -j ACCEPT</c>.</summary>
    public void Meddle(IpFamily family, string table, string line)
    {
        Restore(family, $"*{table}\n{line}\nCOMMIT\n").IsDone.Should().BeTrue();
    }

    private sealed record FakeTable(Dictionary<string, List<string>> Chains, Dictionary<string, string> Policies)
    {
        public FakeTable(string[] builtIn)
            : this(builtIn.ToDictionary(name => name, _ => new List<string>()), builtIn.ToDictionary(name => name, _ => "ACCEPT"))
        {
        }

        public FakeTable After(IEnumerable<string> lines)
        {
            var copy = new FakeTable(
                Chains.ToDictionary(chain => chain.Key, chain => chain.Value.ToList()), new Dictionary<string, string>(Policies));
            foreach (var line in lines)
            {
                copy.Run(line);
            }

            return copy;
        }

        private void Run(string line)
        {
            var words = line.Split(' ', 3);
            switch (words[0])
            {
                case ['-', 'A']:
                    Chains[words[1]].Add(words[2]);
                    break;
                case ['-', 'I']:
                    Chains[words[1]].Insert(0, words[2].StartsWith("1 ", StringComparison.Ordinal) ? words[2][2..] : words[2]);
                    break;
                case ['-', 'D']:
                    Chains[words[1]].Remove(words[2]).Should().BeTrue("{0} should be there", line);
                    break;
                case ['-', 'F']:
                    Chains[words[1]].Clear();
                    break;
                case ['-', 'X']:
                    Chains[words[1]].Should().BeEmpty();
                    Chains.Values.SelectMany(rules => rules).Should().NotContain(rule => rule.EndsWith("-j " + words[1]));
                    Chains.Remove(words[1]);
                    Policies.Remove(words[1]);
                    break;
                default:
                    line.Should().StartWith(":");
                    Declare(words[0][1..], words[1]);
                    break;
            }
        }

        private void Declare(string chain, string policy)
        {
            Policies[chain] = policy;
            if (policy == "-")
            {
                Chains[chain] = [];
            }
        }
    }
}
