// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

public sealed class IptablesRulesetTests
{
    private static IEnumerable<string> Names => GoldenRulesets.Names;

    [TestCaseSource(nameof(Names))]
    public void A_configuration_gives_its_golden_tables(string name)
    {
        GoldenRulesets.Check(name, Compile(GoldenRulesets.Configuration(name)).ToText(), ".iptables");
    }

    [Test]
    public void The_lockdown_is_its_golden_tables()
    {
        GoldenRulesets.Check("lockdown", IptablesCompiler.Lockdown.ToText(), ".iptables");
    }

    [TestCaseSource(nameof(Names))]
    public void Every_family_is_a_wall_with_the_same_chains(string name)
    {
        var ruleset = Compile(GoldenRulesets.Configuration(name));

        foreach (var family in IpFamilies.InOrder)
        {
            var fake = new FakeIptables(IptablesVariant.Nft);
            fake.Restore(family, ruleset.Script(family)).IsDone.Should().BeTrue();
            IptablesShape.IsClosed(SavedTables.Read(fake.Save(family).Output)).Should().BeTrue();
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Only_between_the_tunnel_and_the_clients_is_a_leaving_packet_accepted_by_its_flows_state(string name)
    {
        var rules = IpFamilies.InOrder.SelectMany(family => Compile(GoldenRulesets.Configuration(name)).Of(family))
            .SelectMany(table => table.Chains)
            .Where(chain => chain.Name != "VPNFW-input")
            .SelectMany(chain => chain.Rules)
            .Where(rule => rule.Contains("--ctstate", StringComparison.Ordinal) && rule.EndsWith("-j ACCEPT", StringComparison.Ordinal));

        rules.Should().NotContain(rule =>
            !IsBetween(rule, "-i tun", " -o eth1 ", " -o vif+ ") && !IsBetween(rule, " -o tun", "-i eth1 ", "-i vif+ "));
    }

    [TestCaseSource(nameof(Names))]
    public void No_log_prefix_is_longer_than_the_kernel_takes(string name)
    {
        var isLogged = ConfigurationFiles.Read(GoldenRulesets.Configuration(name)).Policy!.LogRefused;
        var prefixes = Compile(GoldenRulesets.Configuration(name)).ToText().Split("--log-prefix \"").Skip(1)
            .Select(rest => rest.Split('"')[0]).ToList();

        (prefixes.Count > 0).Should().Be(isLogged);
        prefixes.Should().NotContain(prefix => prefix.Length > 29 || !prefix.StartsWith("VPN firewall blocked "));
    }

    private static bool IsBetween(string rule, string tunnel, params string[] clients)
    {
        return rule.Contains(tunnel, StringComparison.Ordinal) && clients.Any(client => rule.Contains(client, StringComparison.Ordinal));
    }

    internal static IptablesRuleset Compile(string path) => IptablesCompiler.Compile(ConfigurationFiles.Read(path).Policy!);
}
