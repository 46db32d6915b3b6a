// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Text;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.UnitTests.OpenVpn;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class WatchPartsTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("watch-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Rules_are_restored_ten_times_at_once_and_then_once_a_second()
    {
        var time = new ManualTime();
        var budget = new RestoreBudget(time);

        Enumerable.Range(0, 10).Select(_ => budget.Take()).ToArray().Should().OnlyContain(wait => wait == TimeSpan.Zero);
        budget.Take().Should().Be(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(0.25));
        budget.Take().Should().Be(TimeSpan.FromSeconds(0.75));
        time.Advance(TimeSpan.FromSeconds(0.75));
        budget.Take().Should().Be(TimeSpan.Zero);
        budget.Take().Should().BePositive();
    }

    [Test]
    public void A_quiet_time_gives_all_turns_back()
    {
        var time = new ManualTime();
        var budget = new RestoreBudget(time);
        budget.Take();
        budget.WasQuiet.Should().BeTrue();
        budget.Take();
        budget.WasQuiet.Should().BeFalse();

        time.Advance(TimeSpan.FromMinutes(1));

        budget.Take().Should().Be(TimeSpan.Zero);
        budget.WasQuiet.Should().BeTrue();
    }

    [Test]
    public void A_report_is_read_as_it_was_written()
    {
        var path = Path.Combine(_folder, "watch.json");
        var time = new DateTimeOffset(2026, 5, 4, 3, 2, 1, 250, TimeSpan.Zero);
        var report = new WatchReport
        {
            Process = 42,
            Since = time,
            Ownership = Ownership.Owned,
            Warning = "it \"fights\"",
        }.With(new Gap("inet vpn_firewall was removed", "nft (process 7)", time, TimeSpan.FromMilliseconds(1.5)));

        report.Write(path);

        WatchReport.Read(path).Should().BeEquivalentTo(report);
        Directory.GetFiles(_folder).Should().Equal(path);
    }

    [Test]
    public void Old_gaps_are_counted_and_not_kept()
    {
        var report = new WatchReport { Process = 1, Since = default, Ownership = Ownership.None };
        for (var number = 1; number <= 25; number++)
        {
            report = report.With(new Gap($"{number}", "", default, default));
        }

        report.GapCount.Should().Be(25);
        report.Gaps.Select(gap => gap.What).Should().Equal(Enumerable.Range(6, 20).Select(number => $"{number}"));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("{ \"process\": \"one\" }")]
    [TestCase("{\"process\":1,\"since\":\"2026-01-01T00:00:00Z\",\"ownership\":\"none\",\"warning\":null,\"gapCount\":0,"
        + "\"gaps\":[{\"what\":\"x\",\"cause\":\"y\",\"start\":\"2026-01-01T00:00:00Z\",\"milliseconds\":1e300}]}")]
    public void A_report_that_is_none_is_no_report(string text)
    {
        var path = Path.Combine(_folder, "watch.json");
        File.WriteAllText(path, text);

        WatchReport.Read(path).Should().BeNull();
        WatchReport.Read(Path.Combine(_folder, "absent")).Should().BeNull();
    }

    [Test]
    public void A_lock_proves_that_its_holder_lives()
    {
        var path = Path.Combine(_folder, "watch.lock");
        WatchLock.IsTaken(path).Should().BeFalse();

        using (WatchLock.TryTake(path))
        {
            WatchLock.IsTaken(path).Should().BeTrue();
            WatchLock.TryTake(path).Should().BeNull();
            WatchLock.Holder(path).Should().Be($"{Environment.ProcessId}");
        }

        WatchLock.IsTaken(path).Should().BeFalse("the file remains, and proves nothing");
    }

    [TestCaseSource(typeof(GoldenRulesets), nameof(GoldenRulesets.Names))]
    public void A_policy_is_read_as_it_was_written(string name)
    {
        var policy = ConfigurationFiles.Read(GoldenRulesets.Configuration(name)).Policy!;

        var read = PolicyText.Read(PolicyText.Write(policy)!)!;

        RulesetCompiler.Compile(read).Script.Should().Be(RulesetCompiler.Compile(policy).Script);
        RulesetCompiler.Compile(read).Frames.Listing.Should().Be(RulesetCompiler.Compile(policy).Frames.Listing);
    }

    [Test]
    public void A_policy_that_no_configuration_can_say_is_not_written()
    {
        var policy = ConfigurationFiles.Read(GoldenRulesets.Configuration("minimal")).Policy!;

        PolicyText.Write(policy with { TunnelInterface = new InterfacePattern("eth", IsPrefix: true) }).Should().BeNull();
        PolicyText.Read("VPN_SERVERS=nowhere\n").Should().BeNull();
    }

    [TestCase("")]
    [TestCase("\0")]
    public void The_service_manager_hears_how_things_stand(string prefix)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = prefix + Path.Combine(_folder, "notify");
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var manager = new ServiceManager(name => name switch
        {
            "NOTIFY_SOCKET" => path.Replace('\0', '@'),
            "WATCHDOG_USEC" => "30000000",
            _ => null,
        });

        manager.Ready("all is well");
        manager.Alive();
        manager.Stopping();

        Heard(socket).Should().Be("READY=1\nSTATUS=all is well");
        Heard(socket).Should().Be("WATCHDOG=1");
        Heard(socket).Should().Be("STOPPING=1");
        manager.WatchdogInterval.Should().Be(TimeSpan.FromSeconds(15));
    }

    [Test]
    public void Without_a_service_manager_nobody_is_told()
    {
        var manager = new ServiceManager(_ => null);

        manager.Ready("all is well");

        manager.WatchdogInterval.Should().BeNull();
        new ServiceManager(name => name == "WATCHDOG_PID" ? "1" : "1000000").WatchdogInterval
            .Should().BeNull("another process is to answer");
    }

    private static string Heard(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
