// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Running.Actors;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Applications;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.UnitTests.Scenarios;

public sealed partial class ScenarioCatalogueTests
{
    /// <summary>The sender of <see cref="Course.FaultUnderBlast"/>, which is no probe of the catalogue.</summary>
    private const string Blast = "udp-blast";

    private static ApplicationTargets ApplicationTargets { get; } = new()
    {
        Internet = [.. LabAddresses.InternetServer.Both],
        LanResolver = LabAddresses.LanResolver.IPv4,
        Relay = new IPEndPoint(LabAddresses.VpnServer.IPv4, 9101),
        RelayOnVpnPort = new IPEndPoint(LabAddresses.VpnServer.IPv4, LabAddresses.VpnPort),
        RelayFingerprint = new string('0', 40),
    };

    private static IEnumerable<Actor> Actors => Enum.GetValues<Actor>();

    private static IEnumerable<string> Ids => ScenarioCatalogue.All.Select(scenario => scenario.Id);

    [Test]
    public void Ids_are_unique_and_in_kebab_case()
    {
        Ids.Should().HaveCountGreaterThan(20).And.OnlyHaveUniqueItems().And.OnlyContain(id => KebabCase().IsMatch(id));
    }

    [Test]
    public void Ids_begin_with_the_tunnel_the_topology_or_the_applications_that_send()
    {
        ScenarioCatalogue.All.Should().OnlyContain(scenario => scenario.Id.StartsWith(Beginning(scenario), StringComparison.Ordinal));
    }

    [Test]
    public void Every_fault_there_is_strikes_in_some_scenario()
    {
        var faults = typeof(Fault).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Fault).Namespace)
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Static))
            .Where(property => property.PropertyType == typeof(Fault))
            .Select(property => (Fault)property.GetValue(null)!)
            .ToList();

        faults.Should().HaveCountGreaterThan(10);
        ScenarioCatalogue.All.Select(scenario => scenario.Fault).Should().Contain(faults);
    }

    [TestCaseSource(nameof(Ids))]
    public void A_scenario_says_what_it_shows_when_it_passes_and_its_limits(string id)
    {
        var scenario = Find(id);

        scenario.Shows.Should().StartWith("Whether ").And.EndWith(".");
        scenario.Limits.Should().EndWith(".");
        scenario.PassesIf.Should().Contain("no frame outside the policy").And.Contain("without the firewall leaks");
        scenario.Window.Should().BePositive().And.BeLessThan(TimeSpan.FromSeconds(20));
    }

    [TestCaseSource(nameof(Ids))]
    public void A_scenario_covers_leak_classes_each_named_once(string id)
    {
        Find(id).LeakClasses.Should().NotBeEmpty().And.OnlyHaveUniqueItems().And.OnlyContain(number => number > 0);
    }

    [TestCaseSource(nameof(Ids))]
    public void What_must_leak_in_a_scenario_is_sent_in_it(string id)
    {
        var scenario = Find(id);
        var sent = SentIn(scenario);

        scenario.MustLeak.Should().NotBeEmpty("a control run that need not leak shows nothing").And.OnlyHaveUniqueItems();
        scenario.MustLeak.Should().OnlyContain(name => sent.Contains(name));
    }

    [TestCaseSource(nameof(Actors))]
    public void Whatever_an_actor_sends_must_leak_in_some_scenario(Actor actor)
    {
        var names = ActorCatalogue.NamesOf(actor).ToList();
        var leaking = ScenarioCatalogue.All.Where(scenario => scenario.Actors.Contains(actor))
            .SelectMany(scenario => scenario.MustLeak)
            .ToHashSet();

        names.Should().HaveCountGreaterThan(2).And.OnlyHaveUniqueItems();
        names.Where(name => !leaking.Contains(name) && !leaking.Contains(WithoutFamily(name))).Should().BeEmpty();
    }

    [Test]
    public void No_pattern_means_all_and_patterns_add_up_in_the_order_of_the_catalogue()
    {
        ScenarioCatalogue.Matching([]).Should().Equal(ScenarioCatalogue.All);
        ScenarioCatalogue.Matching(["openvpn-real-sigkill", "oob-sigkill"]).Select(scenario => scenario.Id)
            .Should().Equal("oob-sigkill", "openvpn-real-sigkill");
        ScenarioCatalogue.Matching(["*-sigkill", "oob-*"]).Should().OnlyHaveUniqueItems();
    }

    [TestCase("oob-sigkill", "oob-sigkill", true)]
    [TestCase("oob-*", "oob-sigkill", true)]
    [TestCase("*", "oob-sigkill", true)]
    [TestCase("oob-sig????", "oob-sigkill", true)]
    [TestCase("oob", "oob-sigkill", false)]
    [TestCase("sigkill", "oob-sigkill", false)]
    [TestCase("OOB-*", "oob-sigkill", false)]
    [TestCase("", "oob-sigkill", false)]
    public void Patterns_match_the_whole_id(string pattern, string id, bool isMatch)
    {
        ScenarioCatalogue.IsMatch(pattern, Find(id)).Should().Be(isMatch);
    }

    private static string Beginning(Scenario scenario) => scenario switch
    {
        { Topology: Topology.Lan } => "lan-",
        { Topology: Topology.TwoUplinks } => "uplinks-",
        { UsesApplications: true } => "apps-",
        { Topology: Topology.Gateway } => "gateway-",
        { Tunnel: TunnelKind.OutOfBand } => "oob-",
        _ => "openvpn-",
    };

    private static Scenario Find(string id) => ScenarioCatalogue.All.Single(scenario => scenario.Id == id);

    /// <summary>Names of all probes that run in a scenario, each with and without its family.</summary>
    private static HashSet<string> SentIn(Scenario scenario)
    {
        IPAddress[][] families =
        [
            [LabAddresses.InternetServer.IPv4, LabAddresses.LanResolver.IPv4, LabAddresses.VpnServer.IPv4],
            [LabAddresses.InternetServer.IPv6, LabAddresses.LanResolver.IPv6, LabAddresses.VpnServer.IPv6],
        ];
        var names = families
            .SelectMany(to => ProbeCatalogue.For(new ProbeTargets(to[0], to[1], to[2]), new ProbePorts { Vpn = LabAddresses.VpnPort }))
            .Select(probe => probe.Name)
            .ToHashSet();
        if (scenario.Course == Course.FaultUnderBlast)
        {
            names.UnionWith([Blast + "-v4", Blast + "-v6"]);
        }

        if (scenario.Topology == Topology.Gateway)
        {
            names.UnionWith(["external-address-v4", "external-address-v6"]);
            names.UnionWith(GatewayIntruders.Names.SelectMany(name => new[] { name + "-v4", name + "-v6" }));
        }

        names.UnionWith(scenario.Actors.SelectMany(ActorCatalogue.NamesOf));
        if (scenario.UsesApplications)
        {
            names.UnionWith(ApplicationCatalogue.For(ApplicationTargets).Select(application => application.Description.Name));
        }

        names.UnionWith([.. names.Select(WithoutFamily)]);
        return names;
    }

    private static string WithoutFamily(string name) => Family().Replace(name, "");

    [GeneratedRegex("-v[46]$")]
    private static partial Regex Family();

    [GeneratedRegex("^[a-z]+(-[a-z0-9]+)+$")]
    private static partial Regex KebabCase();
}
