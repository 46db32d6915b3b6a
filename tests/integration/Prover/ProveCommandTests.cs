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
        var up = $"{Path.Combine(VpnFirewall.Root, "artifacts", "vpn-firewall")} start --config {_configuration}";

        var (exitCode, answer) = await ProveAsync(up);

        exitCode.Should().Be(0);
        answer.GetProperty("verdict").GetString().Should().Be("proved");
        answer.GetProperty("paths").EnumerateArray().Select(path => path.GetProperty("verdict").GetString())
            .Should().HaveCount(4).And.OnlyContain(verdict => verdict == "proved");
        answer.GetProperty("assumptions").GetArrayLength().Should().BePositive();
    }

    [TestCase("TUNNEL_MARK=0xca6c")]
    [TestCase("VPN_INTERFACE_KIND=tun")]
    [TestCase("SSH_FROM=192.168.1.0/24@eth0:22")]
    [TestCase("DHCP=true\nEAPOL=true\nLOCAL_DNS=192.168.1.1")]
    public async Task Our_own_rules_are_proved_with_every_exception_that_can_be_configured(string keys)
    {
        await File.AppendAllTextAsync(_configuration, keys + "\n");
        var up = $"{Path.Combine(VpnFirewall.Root, "artifacts", "vpn-firewall")} start --config {_configuration}";

        var (exitCode, answer) = await ProveAsync(up);

        exitCode.Should().Be(0, answer.GetProperty("reason").GetString());
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
    public async Task A_wrong_configuration_is_refused_before_anything_is_read()
    {
        await File.AppendAllTextAsync(_configuration, "FOO=1\n");

        var run = await RunAsync("true");

        run.ExitCode.Should().Be(65);
        run.Error.Should().Contain("unknown key FOO");
    }

    private async Task<(int ExitCode, JsonElement Answer)> ProveAsync(string up)
    {
        var run = await RunAsync(up);
        using var document = JsonDocument.Parse(run.Output);
        return (run.ExitCode, document.RootElement.Clone());
    }

    private Task<VerifyRun> RunAsync(string up)
    {
        var facts = FirewallFacts.Write(Path.Combine(_folder, "facts.conf"), ClearTraffic.None)
            .Select(fact => $"{fact.Key}={fact.Value}");
        string[] command =
        [
            "unshare", "--net", "env", .. facts,
            "sh", "-c", $"{up} >&2 && exec {VerifyRun.Program} prove --config {_configuration} --json -",
        ];
        return VerifyRun.FinishAsync(VerifyRun.StartCommand(null, command));
    }
}
