// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.IntegrationTests.Firewall;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary><c>leakverifier prove</c> on rules that a firewall loaded into a namespace of its own.</summary>
public sealed class ProveCommandTests
{
    private string _folder = "";
    private string _configuration = "";

    [SetUp]
    public void WriteConfiguration()
    {
        _folder = Directory.CreateTempSubdirectory("prove-").FullName;
        _configuration = Path.Combine(_folder, "client.conf");
        FirewallFacts.Write(_configuration, ClearTraffic.None);
    }

    [TearDown]
    public void RemoveConfiguration() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Our_own_rules_are_proved_on_every_path()
    {
        var up = $"{VpnFirewall.Path} start --config {_configuration}";

        var (exitCode, answer) = await ProveAsync(up);

        exitCode.Should().Be(0);
        answer.GetProperty("verdict").GetString().Should().Be("proved");
        VerdictsOf(answer).Should().HaveCount(4).And.OnlyContain(verdict => verdict == "proved");
        answer.GetProperty("assumptions").GetArrayLength().Should().BePositive();
    }

    [TestCase("TUNNEL_MARK=0xca6c")]
    [TestCase("VPN_INTERFACE_KIND=tun")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0:22")]
    [TestCase("DHCP=true\nEAPOL=true\nLOCAL_DNS=192.168.1.1")]
    public async Task Our_own_rules_are_proved_with_every_exception_that_can_be_configured(string keys)
    {
        await File.AppendAllTextAsync(_configuration, keys + "\n");
        var up = $"{VpnFirewall.Path} start --config {_configuration}";

        var (exitCode, answer) = await ProveAsync(up);

        exitCode.Should().Be(0, answer.GetProperty("reason").GetString());
    }

    [TestCase("nft")]
    [TestCase("legacy")]
    public async Task Our_own_rules_of_iptables_are_proved_and_what_iptables_cannot_stop_is_told(string variant)
    {
        var (exitCode, answer) = await ProveAsync(OnIptables(variant, ""));

        exitCode.Should().Be(0, answer.GetProperty("reason").GetString());
        VerdictsOf(answer).Should().HaveCount(4).And.OnlyContain(verdict => verdict == "proved");
        answer.GetProperty("assumptions").EnumerateArray().Select(assumption => assumption.GetString()).Should().Contain(
            "No chain sees frames of packet sockets (CAP_NET_RAW), nor ARP: they are not answered for.");
    }

    [TestCase("ether type ip ip daddr 0.0.0.0-255.255.255.255 drop", 2)]
    [TestCase("ip daddr 0.0.0.0-255.255.255.255 drop", 0)]
    public async Task A_rule_that_asks_for_a_frames_header_is_not_the_rule_as_which_nft_lists_it(string rule, int expected)
    {
        const string closed = "nft add table inet k && nft add chain inet k f '{ type filter hook forward priority 0; policy drop; }' && "
            + "nft add chain inet k o '{ type filter hook output priority 0; policy accept; }' && "
            + "nft add rule inet k o oifname '{ lo, tun0 }' accept && nft add rule inet k o meta nfproto ipv6 drop && ";

        var (exitCode, answer) = await ProveAsync($"{closed} nft add rule inet k o {rule}");

        exitCode.Should().Be(expected, answer.GetProperty("reason").GetString());
    }

    [TestCase("nft", "udp dport 4711 accept")]
    [TestCase("legacy", "-p udp -m udp --dport 4711 -j ACCEPT")]
    public async Task What_a_stranger_accepts_before_both_of_their_walls_leaks_by_those_two_rules(string variant, string rule)
    {
        var (exitCode, answer) = await ProveAsync(OnIptables(variant,
            "iptables -I OUTPUT -p udp --dport 4711 -j ACCEPT; iptables -t mangle -I POSTROUTING -p udp --dport 4711 -j ACCEPT"));

        exitCode.Should().Be(1, answer.GetProperty("reason").GetString());
        VerdictsOf(answer).Should().Equal("leak", "proved", "proved", "proved");
        answer.GetProperty("reason").GetString().Should()
            .Contain($"{rule}; then ").And.Contain("OUTPUT").And.Contain("POSTROUTING");
    }

    [Test]
    public async Task Z3_says_the_same_of_our_own_rules_as_they_are_loaded()
    {
        var up = $"{VpnFirewall.Path} start --config {_configuration}";

        var (exitCode, answer) = await ProveAsync(up, "--cross-check");

        exitCode.Should().Be(0, answer.GetProperty("reason").GetString());
        SecondOpinionsOf(answer).Should().HaveCount(4).And.OnlyContain(opinion => opinion == "z3: no packet can leave");
    }

    [Test]
    public async Task Z3_says_the_same_of_rules_that_leak_as_they_are_loaded()
    {
        var (exitCode, answer) = await ProveAsync(Path.Combine(VerifyRun.Example("ipv4-only"), "up"), "--cross-check");

        exitCode.Should().Be(1);
        VerdictsOf(answer).Should().Equal("proved", "leak", "proved", "leak");
        SecondOpinionsOf(answer).Should().Equal(
            "z3: no packet can leave", "z3: a packet can leave", "z3: no packet can leave", "z3: a packet can leave");
    }

    [Test]
    public async Task Without_rules_everything_leaks()
    {
        var (exitCode, answer) = await ProveAsync("true");

        exitCode.Should().Be(1);
        answer.GetProperty("verdict").GetString().Should().Be("leak");
        answer.GetProperty("witness").ValueKind.Should().Be(JsonValueKind.Object);
    }

    [TestCase("accepts-established", "established")]
    [TestCase("ipv4-only", "no chain")]
    [TestCase("server-open-to-all", "daddr")]
    public async Task An_example_that_leaks_is_seen_through(string example, string cause)
    {
        var (exitCode, answer) = await ProveAsync(Path.Combine(VerifyRun.Example(example), "up"));

        exitCode.Should().Be(1);
        answer.GetProperty("reason").GetString().Should().Contain(cause);
    }

    [Test]
    public async Task The_example_that_is_sealed_is_proved()
    {
        var (exitCode, answer) = await ProveAsync(Path.Combine(VerifyRun.Example("minimal-sealed"), "up"));

        exitCode.Should().Be(0, answer.GetProperty("reason").GetString());
    }

    [Test]
    public async Task Listings_of_another_machine_leak_by_their_three_causes()
    {
        string[] files = ["original.ip4.save", "original.ip6.save"];
        var folder = Path.Combine(VpnFirewall.Root, "tests", "unit", "Prover", "Rulesets");

        var (exitCode, answer) = await ProveAsync(
            "true", "--ruleset " + string.Join(' ', files.Select(file => Path.Combine(folder, file))));

        exitCode.Should().Be(1);
        answer.GetProperty("paths")[0].GetProperty("causes").EnumerateArray()
            .Select(cause => cause.GetProperty("rules")[0].GetString()).Should().HaveCount(3)
            .And.Contain(rule => rule!.Contains("ESTABLISHED")).And.Contain(rule => rule!.Contains("--uid-owner"))
            .And.Contain(rule => rule!.Contains("-d 127.0.0.0/8"), "a socket that is bound to an interface sends it there");
    }

    [TestCase("# Generated by iptables-save v1\n*filter\n:OUTPUT DROP [0:0]\nnonsense\nCOMMIT\n", ":4: ")]
    [TestCase("# Generated by iptables-save v1\n*filter\n:OUTPUT DROP [0:0]\n", "no COMMIT")]
    [TestCase("{\"nftables\": [\n{\"table\": {\"family\": \"ip\"}}]}", ":2: ")]
    [TestCase("{\"nftables\": [", "broken JSON")]
    public async Task A_broken_listing_is_refused_with_its_file_line_and_reason(string listing, string reason)
    {
        var file = Path.Combine(_folder, "listing");
        await File.WriteAllTextAsync(file, listing);

        var run = await RunAsync("true", "--ruleset " + file);

        run.ExitCode.Should().Be(65);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain(file).And.Contain(reason);
    }

    [Test]
    public async Task A_wrong_configuration_is_refused_before_anything_is_read()
    {
        await File.AppendAllTextAsync(_configuration, "FOO=1\n");

        var run = await RunAsync("true");

        run.ExitCode.Should().Be(65);
        run.Error.Should().Contain("unknown key FOO");
    }

    private string OnIptables(string variant, string afterwards)
    {
        var start = $"{VpnFirewall.Path} start --config {_configuration} --backend iptables; {afterwards}";
        return $"unshare --mount sh -ec '{IptablesFirewall.Script(variant, start)}'";
    }

    private static IEnumerable<string?> VerdictsOf(JsonElement answer) => Each(answer, "verdict");

    private static IEnumerable<string?> SecondOpinionsOf(JsonElement answer) => Each(answer, "secondOpinion");

    private static IEnumerable<string?> Each(JsonElement answer, string property)
    {
        return answer.GetProperty("paths").EnumerateArray().Select(path => path.GetProperty(property).GetString());
    }

    private async Task<(int ExitCode, JsonElement Answer)> ProveAsync(string up, string options = "")
    {
        var run = await RunAsync(up, options);
        using var document = JsonDocument.Parse(run.Output);
        return (run.ExitCode, document.RootElement.Clone());
    }

    private Task<VerifyRun> RunAsync(string up, string options = "")
    {
        var facts = FirewallFacts.Write(Path.Combine(_folder, "facts.conf"), ClearTraffic.None)
            .Select(fact => $"{fact.Key}={fact.Value}");
        string[] command =
        [
            "unshare", "--net", "env", .. facts,
            "sh", "-c", $"{up} >&2 && exec {VerifyRun.Program} prove --config {_configuration} --json - {options}",
        ];
        return VerifyRun.FinishAsync(VerifyRun.StartCommand(null, command));
    }
}
