// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Bytecode;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What the program makes of its rules itself, beside what nft makes of the same text.</summary>
public sealed class BytecodeTests
{
    private const int RandomConfigurations = 60;

    private static IEnumerable<string> Names => VpnFirewall.GoldenNames;

    private TestNamespace _space = null!;

    [SetUp]
    public async Task SetUp() => _space = await TestNamespace.CreateAsync();

    [TearDown]
    public void TearDown() => _space?.Dispose();

    [TestCaseSource(nameof(Names))]
    public async Task A_golden_ruleset_is_byte_for_byte_what_nft_makes_of_it(string name)
    {
        var first = await File.ReadAllTextAsync(VpnFirewall.Golden(name + ".nft"));
        var second = await File.ReadAllTextAsync(VpnFirewall.Golden(name + ".frames.nft"));

        await CompareAsync(first + second);
    }

    [Test]
    public async Task So_are_the_rules_of_random_configurations()
    {
        var lines = Names.SelectMany(name => File.ReadAllLines(VpnFirewall.Golden(name + ".conf")))
            .Where(line => line.Contains('=')).Distinct().ToList();
        var compared = 0;
        for (var seed = 1; seed <= RandomConfigurations; seed++)
        {
            var random = new Random(seed);
            var chosen = lines.OrderBy(_ => random.Next()).DistinctBy(line => line.Split('=')[0])
                .Where(line => random.Next(3) > 0 && !line.StartsWith("TUNNEL_CGROUP", StringComparison.Ordinal));
            var text = string.Join('\n', chosen);
            if (Read(text) is not { } policy)
            {
                continue;
            }

            var rules = RulesetCompiler.Compile(policy);
            await CompareAsync(rules.Script + rules.Frames.Script(["lo", "eth0"], [new([10, 8, 0, 2]), IPAddress.Parse("2001:db8::2")]));
            compared++;
        }

        compared.Should().BeGreaterThan(RandomConfigurations / 4, "otherwise this says little");
    }

    [Test]
    public async Task So_are_sets_of_every_field_that_can_have_one()
    {
        string[] rules =
        [
            "ip saddr { 192.0.2.1, 192.0.2.9 } accept",
            "ip daddr { 192.0.2.0/28, 192.0.2.64-192.0.2.70, 198.51.100.1 } accept",
            "ip6 saddr { 2001:db8::1, 2001:db8::9 } accept",
            "ip6 daddr { 2001:db8:1::/64, 2001:db8:3::1-2001:db8:3::5 } accept",
            "ip6 nexthdr { 6, 17 } accept",
            "udp sport { 53, 853 } accept",
            "tcp sport { 53, 853 } accept",
            "meta protocol { ip, ip6, arp } accept",
            "meta l4proto { 1, 6 } accept",
            "icmp type { destination-unreachable, time-exceeded } accept",
            "icmpv6 type { packet-too-big, nd-router-advert } accept",
            "fib daddr . iif type { local, broadcast } accept",
        ];

        string[] ofFrames =
        [
            "ether type { ip, arp } accept",
            "arp ptype { ip, ip6 } accept",
            "arp operation { request, reply } accept",
            "arp saddr ip { 192.0.2.1, 192.0.2.9 } accept",
            "arp daddr ip { 192.0.2.1, 192.0.2.9 } accept",
            "meta oiftype { ppp, 519 } accept",
        ];

        await CompareAsync(Table("inet", rules) + Table("netdev", ofFrames));

        static string Table(string family, string[] rules)
        {
            return $"table {family} vpn_firewall {{\n\tchain c {{\n\t\t{string.Join("\n\t\t", rules)}\n\t}}\n}}\n";
        }
    }

    [Test]
    public async Task The_tunnels_new_addresses_are_what_nft_makes_of_them()
    {
        await CompareAsync(
            await File.ReadAllTextAsync(VpnFirewall.Golden("everything.frames.nft")),
            TunnelNamesChain.Script([new([10, 8, 0, 9]), IPAddress.Parse("2001:db8::9"), IPAddress.Parse("2001:db8::a")]));
    }

    /// <summary>The policy of a configuration; null: it is none.</summary>
    private static EgressPolicy? Read(string text)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        var policy = ConfigurationFiles.Read(file).Policy;
        File.Delete(file);
        return policy;
    }

    /// <summary>Has nft run scripts, and then the bytecode of the same ones, and compares what the kernel has after each.</summary>
    private async Task CompareAsync(params string[] scripts)
    {
        await _space.RunAsync("nft flush ruleset");
        foreach (var script in scripts)
        {
            await _space.LoadAsync(script);
        }

        var wanted = Images();
        await _space.RunAsync("nft flush ruleset");
        var assembled = new Dictionary<TableName, AssembledTable?>();
        foreach (var script in scripts)
        {
            var assembly = ScriptAssembly.TryAssemble(script);
            assembly.Should().NotBeNull("no word of it should be unknown: {0}", script);
            Send(assembly!.Batch).ToString().Should().Be("done");
            foreach (var (table, content) in assembly.Tables)
            {
                assembled[table] = content;
            }
        }

        var loaded = Images();
        foreach (var (table, image) in wanted)
        {
            Compare(loaded[table], image, table.ToString());
            if (assembled[table] is { } content)
            {
                Compare(content.Image, image, $"{table} as it was assembled");
            }
        }
    }

    private static void Compare(TableImage found, TableImage wanted, string what)
    {
        found.Flags.Should().Be(wanted.Flags, what);
        Hex(found.Chains).Should().Equal(Hex(wanted.Chains), what);
        Hex(found.Rules).Should().Equal(Hex(wanted.Rules), what);
        Hex(found.Sets.Select(set => set.Declaration)).Should().Equal(Hex(wanted.Sets.Select(set => set.Declaration)), what);
        found.Equals(wanted).Should().BeTrue(what);
    }

    private static IEnumerable<string> Hex(IEnumerable<ImageObject> objects)
    {
        return objects.Select(item => Convert.ToHexStringLower(item.Attributes.AsSpan()));
    }

    private Dictionary<TableName, TableImage> Images() => _space.Within(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var reader = new TableReader(socket);
        return new[] { WallTables.First, WallTables.Second }
            .Select(table => (table, Image: reader.Read(table)))
            .Where(pair => pair.Image is not null)
            .ToDictionary(pair => pair.table, pair => pair.Image!);
    });

    private NetlinkAnswer Send(NftablesBatch batch) => _space.Within(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        return socket.Run(batch);
    });
}
