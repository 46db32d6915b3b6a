// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using LeakVerifier.Firewall.Bytecode;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class SecondWallTests
{
    private static readonly EgressPolicy Policy =
        ConfigurationFiles.Read(GoldenRulesets.Configuration("minimal")).Policy!;

    private FakeNftables _kernel = new();
    private string _folder = "";

    private static IEnumerable<string> Names => GoldenRulesets.Names;

    [SetUp]
    public void SetUp()
    {
        _kernel = new FakeNftables();
        _folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "eth9", "device"));
    }

    [TearDown]
    public void TearDown()
    {
        _kernel.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCaseSource(nameof(Names))]
    public void The_base_chain_drops_by_policy_and_by_its_last_rule_and_never_accepts(string name)
    {
        var policy = ConfigurationFiles.Read(GoldenRulesets.Configuration(name)).Policy!;

        var script = SecondWall.Compile(policy).Script(["eth0"], []);

        script.Should().Contain("policy drop;\n\t\tjump frames\n\t\tdrop\n\t}\n");
        SecondWall.Compile(policy).Chains[^1].Rules[^1].Should().Be("counter drop");
    }

    [TestCaseSource(nameof(Names))]
    public void No_rule_asks_what_frames_do_not_have(string name)
    {
        var policy = ConfigurationFiles.Read(GoldenRulesets.Configuration(name)).Policy!;

        SecondWall.Compile(policy).Listing.Should().NotContain("ct ").And.NotContain("socket ");
    }

    [TestCase("type filter hook egress devices = { eth0, br-ab, lo } priority filter;", "eth0", "br-ab", "lo")]
    [TestCase("type filter hook egress devices = { \"eth0\", \"lo\" } priority filter;", "eth0", "lo")]
    [TestCase("type filter hook egress device \"lo\" priority filter;", "lo")]
    [TestCase("type filter hook egress priority filter;")]
    [TestCase("type filter hook egress devices = { a,b, c}, d,, \"e,f\", g, } priority filter;", "a,b", "c}", "d,", "e,f", "g,")]
    public void Interfaces_are_read_from_a_listing(string hook, params string[] interfaces)
    {
        FrameListing.Interfaces(hook).Should().Equal(interfaces);
    }

    [TestCase("egress devices = { a,b, eth0 } priority filter", "egress devices = { \"a,b\", \"eth0\" } priority filter")]
    [TestCase("egress device \"lo\" priority filter", "egress devices = { \"lo\" } priority filter")]
    [TestCase("egress priority filter", "egress priority filter")]
    public void A_listing_is_loaded_again_with_the_same_names(string listing, string loadable)
    {
        FrameListing.Loadable(listing).Should().Be(loadable);
    }

    [Test]
    public void Listings_are_compared_without_the_interfaces_and_the_tunnels_addresses()
    {
        var rules = SecondWall.Compile(Policy);
        var loaded = rules.Script(["eth0", "lo"], [IPAddress.Parse("10.8.0.2"), IPAddress.Parse("2001:db8::2")]);

        FrameListing.Comparable(loaded).Should().EndWith(rules.Listing);
        FrameListing.Comparable(loaded.Replace("counter drop", "accept", StringComparison.Ordinal))
            .Should().NotEndWith(rules.Listing);
    }

    [TestCase("accept")]
    [TestCase("counter accept")]
    [TestCase("ip saddr 10.8.0.2 accept")]
    [TestCase("ip saddr 10.8.0.2 counter accept counter drop")]
    [TestCase("ip saddr != 10.8.0.2 counter drop")]
    [TestCase("goto elsewhere")]
    public void A_rule_among_the_tunnels_addresses_that_refuses_none_is_a_difference(string rule)
    {
        var rules = SecondWall.Compile(Policy);
        var loaded = rules.Script(["eth0", "lo"], [IPAddress.Parse("10.8.0.2"), IPAddress.Parse("2001:db8::2")]);

        var altered = loaded.Replace("\tchain names_tunnel {\n", $"\tchain names_tunnel {{\n\t\t{rule}\n", StringComparison.Ordinal);

        FrameListing.Comparable(altered).Should().Contain($"\t\t{rule}\n").And.NotEndWith(rules.Listing);
    }

    [Test]
    public void The_tunnels_addresses_are_those_of_its_interface_but_for_link_local_ones()
    {
        var wall = Wall(["tun0"],
            new LinkAddress("tun0", IPAddress.Parse("10.8.0.2"), false),
            new LinkAddress("tun0", IPAddress.Parse("fe80::1"), false),
            new LinkAddress("eth0", IPAddress.Parse("192.0.2.2"), false));

        wall.NameTunnel(Policy);

        var script = wall.Script(SecondWall.Compile(Policy), Policy);
        script.Should().Contain("arp saddr ip 10.8.0.2 counter drop").And.NotContain("192.0.2.2").And.NotContain("saddr fe80::1");
    }

    [Test]
    public void An_address_that_an_uplink_shares_with_the_tunnel_is_not_refused_and_warned_of()
    {
        LinkAddress[] addresses =
        [
            new("tun0", IPAddress.Parse("192.0.2.2"), false),
            new("tun0", IPAddress.Parse("10.8.0.2"), false),
            new("eth0", IPAddress.Parse("192.0.2.2"), false),
            new("lo", IPAddress.Parse("10.8.0.2"), false),
        ];

        Wall(["tun0"], addresses).Script(SecondWall.Compile(Policy), Policy)
            .Should().Contain("ip saddr 10.8.0.2 counter drop").And.NotContain("192.0.2.2");
        new UplinkFacts(Links([], addresses)).Warnings(Policy)
            .Should().ContainSingle().Which.Should().StartWith("eth0 has the tunnel's address 192.0.2.2 as well");
    }

    [Test]
    public void Physical_interfaces_that_appeared_after_loading_are_named_with_what_is_open_there()
    {
        List<string> names = ["eth0", "lo"];
        var wall = Wall(names);
        wall.Cover(SecondWall.Compile(Policy), Policy).IsComplete.Should().BeTrue();
        names.AddRange("tun0", "usb0");

        var before = wall.Coverage(Policy);
        var after = wall.Cover(SecondWall.Compile(Policy), Policy);

        before.Uncovered.Should().Equal("usb0");
        before.OpenCases.Should().Contain("on usb0: frames of packet sockets (root, CAP_NET_RAW)");
        after.IsComplete.Should().BeTrue();
        after.OpenCases.Should().BeEmpty();
    }

    [TestCase("a\"b")]
    [TestCase("x\uFFFD")]
    public void A_name_that_nft_cannot_write_is_named_as_uncovered_and_the_rest_is_covered(string name)
    {
        var coverage = Wall(["eth0", "lo", name]).Cover(SecondWall.Compile(Policy), Policy);

        coverage.HasSecondWall.Should().BeTrue();
        coverage.Uncovered.Should().Equal(name);
        FrameListing.Interfaces(_kernel.Frames!).Should().Equal("eth0", "lo");
    }

    [TestCase("a;b")]
    [TestCase("a;")]
    [TestCase("a,b")]
    [TestCase("a}")]
    [TestCase("a{b")]
    public void Odd_names_are_covered_as_they_are(string name)
    {
        var wall = Wall(["eth0", "lo", name]);

        wall.Cover(SecondWall.Compile(Policy), Policy).IsComplete.Should().BeTrue();

        var assembly = ScriptAssembly.TryAssemble(wall.Script(SecondWall.Compile(Policy), Policy));
        Encoding.UTF8.GetString(assembly!.Tables[WallTables.Second]!.Image.Chains[^1].Attributes.AsSpan()).Should().Contain($"{name}\0");
    }

    [Test]
    public void A_kernel_without_egress_hooks_has_the_first_wall_and_says_what_is_open()
    {
        _kernel.Refuse = commands =>
            commands.Contains("netdev", StringComparison.Ordinal) ? "Error: Operation not supported" : null;
        var frames = new FrameWall(_kernel, Links(["eth0"]), _ => new(null, "Error: Operation not supported"));
        var wall = new Wall(_kernel, frames, ruleset => new(ruleset.Listing, null), new FakeWatch());

        var result = wall.Load(RulesetCompiler.Compile(Policy), Policy);

        result.Outcome.Should().Be(LoadOutcome.InForce);
        result.Coverage.OpenCases.Should().HaveCount(4);
        result.Coverage.Reason.Should().Contain("Operation not supported");
        wall.Compare(RulesetCompiler.Compile(Policy)).Likeness.Should().Be(Likeness.Same);
        wall.Open().IsDone.Should().BeTrue();
    }

    [Test]
    public void A_second_wall_that_is_nowhere_or_not_on_a_card_is_a_difference_and_elsewhere_keeps_closed_from_being_proved()
    {
        List<string> names = ["eth0", "lo"];
        var wall = Wall(names);
        wall.Cover(SecondWall.Compile(Policy), Policy);
        wall.CompareCoverage(Policy).Should().Match<Comparison>(same => same.Likeness == Likeness.Same && same.HalfCovered.IsEmpty);

        names.Add("veth1");
        wall.CompareCoverage(Policy).Likeness.Should().Be(Likeness.Same);
        wall.CompareCoverage(Policy).HalfCovered.Should().Equal("veth1");

        names.Add("eth9");
        wall.CompareCoverage(Policy).Differences.Should().Equal("- egress: eth9");
        _kernel.Frames = _kernel.Frames!.Replace("\"eth0\", ", "", StringComparison.Ordinal);
        wall.CompareCoverage(Policy).Differences.Should().Equal("- egress: eth0", "- egress: eth9", "- egress: veth1");
    }

    [Test]
    public void A_second_wall_that_the_kernel_refuses_leaves_the_first_in_force_and_says_why()
    {
        _kernel.Refuse = commands =>
            commands.Contains("netdev", StringComparison.Ordinal) ? "Error: Could not process rule: File too large\nchain egress {" : null;
        var wall = new Wall(_kernel, Wall(["eth0", "lo"]), ruleset => new(ruleset.Listing, null), new FakeWatch());

        var result = wall.Load(RulesetCompiler.Compile(Policy), Policy);

        result.Outcome.Should().Be(LoadOutcome.InForce);
        result.Coverage.Reason.Should().Be("Error: Could not process rule: File too large");
        wall.Compare(RulesetCompiler.Compile(Policy)).Likeness.Should().Be(Likeness.Different, "it could have one");
    }

    [TestCase(256, 1)]
    [TestCase(257, 2)]
    [TestCase(600, 3)]
    public void More_interfaces_than_the_kernel_takes_for_a_chain_have_several(int count, int chains)
    {
        List<string> names = [.. Enumerable.Range(1, count - 1).Select(number => $"eth{number}"), "lo"];
        var wall = Wall(names);
        wall.Cover(SecondWall.Compile(Policy), Policy).IsComplete.Should().BeTrue();
        var listing = _kernel.Frames!;

        wall.Compare(SecondWall.Compile(Policy), isRefused: false, out _).Likeness.Should().Be(Likeness.Same);
        wall.IsClosed().Should().BeTrue();
        listing.Split("type filter hook egress ").Should().HaveCount(chains + 1);
        listing.Split('\n').Where(line => line.Contains("devices", StringComparison.Ordinal))
            .Select(line => FrameListing.Interfaces(line).Length).Should().OnlyContain(devices => devices > 1 && devices <= 256);
        ScriptAssembly.TryAssemble(wall.Script(SecondWall.Compile(Policy), Policy)).Should().NotBeNull();
        if (chains > 1)
        {
            _kernel.Frames = listing[..listing.LastIndexOf("\t\tdrop\n", StringComparison.Ordinal)] + "\t}\n}\n";
            wall.Compare(SecondWall.Compile(Policy), isRefused: false, out _).Likeness.Should().Be(Likeness.Different);
            wall.IsClosed().Should().BeFalse();
        }
    }

    [Test]
    public void A_second_wall_that_somebody_removed_or_changed_is_a_difference()
    {
        var wall = new Wall(_kernel, Wall(["eth0", "lo"]), ruleset => new(ruleset.Listing, null), new FakeWatch());
        var ruleset = RulesetCompiler.Compile(Policy);
        wall.Load(ruleset, Policy).Outcome.Should().Be(LoadOutcome.InForce);

        _kernel.Frames = _kernel.Frames!.Replace("\t\tdrop\n", "", StringComparison.Ordinal);
        wall.Compare(ruleset).Differences.Should().Equal("- egress: drop");
        _kernel.Frames = null;
        wall.Compare(ruleset).Differences.Should().Equal("- netdev vpn_firewall: the second wall is gone");
    }

    private FrameWall Wall(List<string> names, params LinkAddress[] addresses)
    {
        return new FrameWall(_kernel, Links(names, addresses), rules => new(rules.Listing, null));
    }

    private MachineLinks Links(List<string> names, params LinkAddress[] addresses)
    {
        return new MachineLinks(() => names, () => addresses, _folder);
    }
}
