// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

/// <summary>From one backend, or one variant of iptables, to another: the machine is closed at every step.</summary>
public sealed class BackendSwitchTests : IptablesCommandLineFixture
{
    [Test]
    public void Starting_with_iptables_removes_the_table_of_nft_once_its_own_rules_are_in_force()
    {
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);
        var wasClosedByNft = new List<bool>();
        Iptables.Refuse = (_, _, _) =>
        {
            wasClosedByNft.Add(Nft.Table is not null);
            return null;
        };

        Start(Minimal);

        wasClosedByNft.Should().HaveCount(6).And.OnlyContain(closed => closed);
        Nft.Table.Should().BeNull();
        IsClosed().Should().BeTrue();
    }

    [Test]
    public void The_kernels_settings_are_those_of_either_backend_until_the_machine_is_open()
    {
        var setting = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, "sys", "ipv4", "conf", "all")).FullName, "arp_ignore");
        File.WriteAllText(setting, "0\n");
        var during = new List<string>();
        Iptables.Refuse = (_, _, _) => Remember(during, setting);

        Start(Minimal);
        File.ReadAllText(setting).Should().Be("1");
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", Error);
        during.Clear();
        Start(Minimal);
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done, "{0}", Error);

        during.Should().NotBeEmpty().And.OnlyContain(value => value == "1", "a switch does not tell the tunnel's address");
        File.ReadAllText(setting).Should().Be("1");
        Run(["flush"]).Should().Be(ExitCode.Done, "{0}", Error);
        File.ReadAllText(setting).Should().Be("0");
    }

    [Test]
    public void Starting_with_nft_removes_the_chains_of_iptables_once_its_own_rules_are_in_force()
    {
        Start(Gateway);

        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);

        Nft.Table.Should().NotBeNull();
        (Loaded(IpFamily.IPv6) + Loaded(IpFamily.IPv4)).Should().NotContain("VPNFW").And.NotContain("DROP");
    }

    [Test]
    public void A_watch_that_ends_with_the_rules_of_nft_is_told_of()
    {
        var environment = Environment() with { WatchLockPath = Path.Combine(Folder, "watch.lock") };
        using (WatchLock.TryTake(environment.WatchLockPath))
        {
            Run(environment, ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);
            Error.ToString().Should().StartWith("WARNING: the watch guards the rules of nft alone");
            Run(environment, ["start", "--config", Minimal]).Should().Be(ExitCode.Done);
            Error.ToString().Should().NotContain("the watch");
        }

        Run(environment, ["start", .. Backend, "--config", Minimal]).Should().Be(ExitCode.Done);
        Error.ToString().Should().NotContain("the watch");
    }

    [Test]
    public void A_watch_that_does_not_come_back_with_the_rules_is_told_of()
    {
        var path = Path.Combine(Folder, "watch.lock");
        Run(["start", "--config", Minimal]).Should().Be(ExitCode.Done);
        var watch = WatchLock.TryTake(path);
        var environment = Environment() with
        {
            WatchLockPath = path,
            Detach = _ => true,
            Wait = (_, _, _) =>
            {
                watch!.Dispose();
                return WaitEnd.TimeIsOver;
            },
        };

        Run(environment, ["start", .. Backend, "--confirm", "5", "--config", Minimal]).Should().Be(ExitCode.Leak);

        Nft.Table.Should().NotBeNull();
        Error.ToString().Should().Contain("The watch has ended");
    }

    [TestCase("nft")]
    [TestCase("iptables")]
    [TestCase("none")]
    public void What_is_remembered_comes_back_whatever_backend_it_was_of(string before)
    {
        var policy = ConfigurationFiles.Read(Minimal).Policy!;
        var environment = Environment();
        var frames = new FrameWall(Nft, environment.Links, environment.ListFramesInScratch);
        var wall = new Wall(Nft, frames, environment.ListInScratch, environment.FindWatch());
        var nft = new NftBackend(wall, new UplinkFacts(environment.Links));
        var iptables = new IptablesBackend(Iptables, environment.Iptables);
        var both = new SwitchingBackend(environment.Settings, iptables, () => Nft.Table is null ? [] : [nft], () => nft, _ => { });
        if (before != "none")
        {
            (before == "nft" ? nft : (IBackend)iptables).Load(policy).Outcome.Should().Be(LoadOutcome.InForce);
        }

        var (table, chains) = (Nft.Table, Listing());
        var remembered = both.Remember()!;
        remembered.WasOpen.Should().Be(before == "none");
        both.Load(ConfigurationFiles.Read(Gateway).Policy!).Outcome.Should().Be(LoadOutcome.InForce);
        (Nft.Table, Listing()).Should().NotBe((table, chains));

        both.Restore(remembered.Script).Should().BeTrue();

        (Nft.Table, Listing()).Should().Be((table, chains));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_failed_switch_keeps_the_rules_of_the_other_backend(bool toNft)
    {
        Run([.. toNft ? ["start", .. Backend] : new[] { "start" }, "--config", Minimal]).Should().Be(ExitCode.Done);
        Nft.Refuse = _ => "no nft today";
        Iptables.Refuse = (family, name, script) =>
            family == IpFamily.IPv4 && name == "raw" && script.Contains("-I ", StringComparison.Ordinal) ? "no iptables today" : null;

        Run([.. toNft ? ["start", "--backend", "nft"] : (string[])["start", .. Backend], "--config", Minimal])
            .Should().Be(ExitCode.PrerequisiteMissing);

        Error.ToString().Should().Contain("stay as they are");
        (toNft ? IsClosed() : Nft.Table is not null).Should().BeTrue();
        Loaded(IpFamily.IPv6).Contains("VPNFW", StringComparison.Ordinal).Should().Be(toNft, "what was half loaded is taken back");
    }

    [Test]
    public void Rules_that_another_variant_left_are_removed_once_the_new_ones_are_in_force()
    {
        (Iptables, Legacy) = (Legacy, Iptables);
        Start(Minimal);
        (Iptables, Legacy) = (Legacy, Iptables);

        Start(Minimal);

        IsClosed().Should().BeTrue();
        Legacy.Save(IpFamily.IPv4).Output.Should().NotContain("VPNFW");
        Error.ToString().Should().Contain("iptables-legacy is in use besides iptables-nft");
    }

    private static string? Remember(List<string> seen, string file)
    {
        seen.Add(File.ReadAllText(file).Trim());
        return null;
    }
}
