// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>What <c>status</c> tells.</summary>
public sealed class StatusTests : CommandLineFixture
{
    [Test]
    public void Rules_that_take_a_card_for_the_tunnel_are_as_configured_and_not_closed()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "tun0", "device"));
        var renamed = Environment() with { Links = new MachineLinks(() => ["lo", "tun0"], () => [], Folder) };
        Run(renamed, "start", "--config", Minimal).Should().Be(ExitCode.Done);
        Error.ToString().Should().Contain("LEAVES IN THE CLEAR");
        Run(renamed, "status", "--json", "--config", Minimal);

        var report = Output.ToString()[Output.ToString().IndexOf('{', StringComparison.Ordinal)..];
        using var json = JsonDocument.Parse(report);
        json.RootElement.GetProperty("state").GetString().Should().Be("in-force");
        json.RootElement.GetProperty("closed").GetBoolean().Should().BeFalse();
        json.RootElement.GetProperty("remarks").EnumerateArray().Select(remark => remark.GetString())
            .Should().ContainSingle().Which.Should().Contain("LEAVES IN THE CLEAR");
    }

    [Test]
    public void Status_tells_the_four_states_apart()
    {
        StatusOf().Should().Be((ExitCode.Leak, "not-loaded", false));
        Run("start", "--config", Wrong);
        StatusOf().Should().Be((ExitCode.Leak, "lockdown", true));
        Run("start", "--config", Minimal);
        StatusOf().Should().Be((ExitCode.Done, "in-force", true));
        Kernel.Table = GoldenListing().Replace("jump may_leave", "accept", StringComparison.Ordinal);
        StatusOf().Should().Be((ExitCode.Leak, "altered", false));
    }

    [Test]
    public void Status_counts_the_blocked_packets_of_each_chain()
    {
        Run("start", "--config", Minimal);

        Run("status", "--config", Minimal);

        Output.ToString().Should().Contain("inbound 2, input 14, forward 2, output 2, guard 2");
    }

    [Test]
    public void Status_names_what_the_rules_that_counted_are_for()
    {
        Run("start", "--config", Minimal);

        Run("status", "--config", Minimal);
        Output.ToString().Should().StartWith("in-force: ").And.NotContain("\e[")
            .And.MatchRegex(@" 2  reject +output #3: nothing on the list of what may leave accepts it\n");
        Run(Environment() with { HasColour = () => true }, "status", "--config", Minimal);
        Output.ToString().Should().StartWith("\e[32min-force\e[0m: ");

        Run("status", "--json", "--config", Minimal);
        using var json = JsonDocument.Parse(Output.ToString());
        var rules = json.RootElement.GetProperty("rules").EnumerateArray().ToList();
        rules.Should().Contain(rule => rule.GetProperty("chain").GetString() == "guard"
            && rule.GetProperty("number").GetInt32() == 3 && rule.GetProperty("packets").GetInt32() == 2);
        rules.Should().OnlyContain(rule =>
            rule.GetProperty("for").GetString()!.Length > 10 && rule.GetProperty("verdict").GetString()!.Length > 3);
        json.RootElement.GetProperty("blocked").GetProperty("guard").GetInt32().Should().Be(2, "what is accepted is not blocked");
    }

    [Test]
    public void Status_tells_what_the_watch_saw_and_whether_it_lives()
    {
        var path = Path.Combine(Folder, "watch.json");
        var gap = new Gap("the table was deleted", "nft", DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(4.25));
        new WatchReport
        {
            Process = System.Environment.ProcessId,
            Since = DateTimeOffset.UnixEpoch,
            Ownership = Ownership.OwnedPersistent,
        }.With(gap).Write(path);
        Run("start", "--config", Minimal);
        var environment = Environment() with { WatchReportPath = path };

        using (WatchLock.TryTake(environment.WatchLockPath))
        {
            Run(environment, "status", "--config", Minimal);
        }

        Output.ToString().Should().MatchRegex("watch +alive; gaps since 1970-01-01 00:00:00Z: 1\n")
            .And.MatchRegex(@"last gap +the table was deleted at 1970-01-01 00:00:00Z, restored after 4\.[23] ms; cause: nft");
        Run(environment, "status", "--config", Minimal);
        Output.ToString().Should().MatchRegex("watch +GONE", "the process of that number is this one, and no watch");
    }

    private (ExitCode Code, string? State, bool IsClosed) StatusOf()
    {
        var code = Run("status", "--json", "--config", Minimal);
        using var json = JsonDocument.Parse(Output.ToString());
        var report = json.RootElement;
        return (code, report.GetProperty("state").GetString(), report.GetProperty("closed").GetBoolean());
    }
}
