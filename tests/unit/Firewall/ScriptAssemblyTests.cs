// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Bytecode;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>Which rules the program turns into bytecode itself. Integration tests compare the bytes with nft's.</summary>
public sealed class ScriptAssemblyTests
{
    // What a control group's number is, only its machine knows.
    private static IEnumerable<string> Names => GoldenRulesets.Names.Append("lockdown").Where(name => name != "control-group");

    [TestCaseSource(nameof(Names))]
    public void It_knows_every_word_of_a_golden_ruleset(string name)
    {
        var assembly = ScriptAssembly.TryAssemble(Golden(name) + Golden(name + ".frames"));

        assembly.Should().NotBeNull();
        assembly!.Tables[WallTables.First]!.Listing.Should().Be(GoldenRulesets.Listing(name));
        FrameListing.Interfaces(assembly.Tables[WallTables.Second]!.Listing).Should().Equal("eth0", "lo");
    }

    [Test]
    public void Removing_a_table_leaves_none()
    {
        var assembly = ScriptAssembly.TryAssemble("table inet vpn_firewall\ndelete table inet vpn_firewall\n");

        assembly!.Tables.Should().ContainKey(WallTables.First).WhoseValue.Should().BeNull();
        assembly.Batch.LastSequence.Should().Be(2);
    }

    [TestCase("quota over 1 mbytes accept")]
    [TestCase("meta skuid \"tunnel\" accept")]
    [TestCase("ip daddr 203.0.113.10-203.0.113.12 accept")]
    [TestCase("ip daddr 0.0.0.0/0 accept")]
    [TestCase("ip daddr { 192.0.2.0/25, 192.0.2.128/25 } accept")]
    [TestCase("ip daddr 2001:db8::1 accept")]
    [TestCase("ip6 daddr fe80::1%eth0 accept")]
    [TestCase("ip saddr 192.0.2.1 ip6 daddr 2001:db8::1 accept")]
    [TestCase("udp dport 53 tcp dport 53 accept")]
    [TestCase("udp dport 65536 accept")]
    [TestCase("udp dport domain accept")]
    [TestCase("ip daddr 192.0.2.0/40 accept")]
    [TestCase("ip6 daddr { 2001:db8::9-2001:db8::1 } accept")]
    [TestCase("meta protocol 0x8100 ip daddr 192.0.2.1 accept")]
    [TestCase("meta skuid { 1194, 1195 } accept")]
    [TestCase("meta oiftype 70000 accept")]
    [TestCase("@th,64,16 0x10000 accept")]
    [TestCase("oifname \"\" accept")]
    [TestCase("oifname \"*\" accept")]
    [TestCase("oifname \"a-name-of-16-byte\" accept")]
    [TestCase("tcp flags ece accept")]
    [TestCase("ct state untracked accept")]
    [TestCase("socket cgroupv2 level 1 \"vpn.slice\" accept")]
    [TestCase("arp operation request drop")]
    [TestCase("goto elsewhere")]
    [TestCase("reject with tcp reset")]
    [TestCase("limit rate 10/second accept")]
    [TestCase("oifname eth0 accept")]
    [TestCase("jump")]
    public void What_it_does_not_know_it_leaves_to_nft(string rule)
    {
        ScriptAssembly.TryAssemble(Table("oifname \"eth0\" accept")).Should().NotBeNull();
        ScriptAssembly.TryAssemble(Table(rule)).Should().BeNull();
    }

    [TestCase("table ip filter\n")]
    [TestCase("flush ruleset\n")]
    [TestCase("table inet vpn_firewall {\n")]
    [TestCase("table inet vpn_firewall {\n\tset s {\n\t}\n}\n")]
    [TestCase("table inet vpn_firewall {\n\tchain c {\n\t\ttype filter hook input priority mangle; policy drop;\n\t}\n}\n")]
    [TestCase("table inet vpn_firewall {\n\tchain c {\n\t\ttype filter hook ingress priority filter; policy drop;\n\t}\n}\n")]
    public void So_it_does_with_commands(string script)
    {
        ScriptAssembly.TryAssemble(script).Should().BeNull();
    }

    private static string Table(string rule) => $"table inet vpn_firewall {{\n\tchain c {{\n\t\t{rule}\n\t}}\n}}\n";

    private static string Golden(string name) => File.ReadAllText(Path.Combine(GoldenRulesets.Folder, name + ".nft"));
}
