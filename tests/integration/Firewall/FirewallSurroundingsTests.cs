// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>What whoever starts the program left it: descriptors, disks and a /run in which nothing can be done.</summary>
public sealed class FirewallSurroundingsTests
{
    private const string Warned = "warned.conf";

    private TestNamespace _space = null!;

    [SetUp]
    public async Task SetUp() => _space = await TestNamespace.CreateAsync();

    [TearDown]
    public void TearDown() => _space?.Dispose();

    [TestCase("<&- >&-")]
    [TestCase("<&- >&- 2>&-")]
    [TestCase(">&-")]
    [TestCase("2>&-")]
    [TestCase(">/dev/full")]
    [TestCase("2>/dev/full")]
    [TestCase(">/dev/full 2>/dev/full")]
    public async Task What_cannot_be_said_changes_nothing_of_what_is_done(string streams)
    {
        // Without VPN_SERVERS there is something to warn of.
        await ScriptAsync("size=1m", $"""
            echo TUNNEL_USER=1194 > /run/{Warned}
            $program start --config /run/{Warned} {streams}
            nft list table inet vpn_firewall | grep -q 'meta skuid 1194'
            $program start --confirm 5 --config $config {streams} &
            until nft list table inet vpn_firewall | grep -q 203.0.113.10; do sleep .05; done
            $program confirm {streams}
            wait $!
            $program flush {streams}
            ! nft list tables | grep vpn_firewall
            """);
    }

    [Test]
    public async Task A_watch_that_cannot_warn_restores_all_the_same()
    {
        await ScriptAsync("size=1m", """
            $program watch --config $config >/run/out 2>/dev/full &
            until grep -q 'watched over' /run/out; do sleep .05; done
            for i in 1 2 3; do
                nft flush ruleset
                until nft list table inet vpn_firewall >/dev/null 2>&1; do sleep .01; done
            done
            kill $!
            wait $!
            """);
    }

    [Test]
    public async Task Where_nothing_can_be_noted_a_start_to_be_confirmed_changes_nothing_and_says_that_it_is_open()
    {
        var told = await ScriptAsync("ro", """
            code=0
            $program start --confirm 5 --config $config 2>&1 || code=$?
            test $code = 69
            ! nft list tables | grep vpn_firewall
            """);

        told.Trim().Should().StartWith("ERROR: nothing was changed").And.Contain("OPEN").And.NotContain("\n");
    }

    [Test]
    public async Task Where_nothing_can_be_noted_a_watch_closes_before_it_complains()
    {
        var told = await ScriptAsync("ro", """
            code=0
            $program watch --config $config 2>&1 || code=$?
            test $code = 69
            nft list table inet vpn_firewall | grep -q 203.0.113.10
            """);

        told.Should().Contain("OK: VPN firewall loaded").And.Contain("ERROR: the rules cannot be watched over");
    }

    [TestCase("mount -o remount,ro /run")]
    [TestCase("rm -r /run/vpn-firewall")]
    [TestCase("rm /run/vpn-firewall/settings-*; mkdir /run/vpn-firewall/settings-$(readlink /proc/self/ns/net | tr -dc 0-9)")]
    public async Task Flush_says_that_it_is_open_whatever_became_of_its_files(string deed)
    {
        var told = await ScriptAsync("size=1m", $"""
            sysctl -qw net.ipv4.conf.all.arp_announce=0
            $program start --config $config >/dev/null
            {deed}
            $program flush
            ! nft list tables | grep vpn_firewall
            """);

        told.Should().Contain("this machine is OPEN");
    }

    [Test]
    public async Task What_any_user_has_locked_is_read_and_set_all_the_same()
    {
        // Whoever may read a file may lock it.
        await ScriptAsync("size=1m", """
            install -m 644 $config /run/mine.conf
            cp /etc/passwd /run/passwd
            mount --bind /run/passwd /etc/passwd
            sysctl -qw net.ipv4.conf.all.arp_ignore=0
            lockers=
            for file in /run/mine.conf /etc/passwd /proc/sys/net/ipv4/conf/all/arp_ignore; do
                setpriv --reuid 65534 --clear-groups flock --no-fork --exclusive $file sleep 60 &
                lockers="$lockers $!"
                while flock --nonblock --shared $file true; do sleep .05; done
            done
            echo TUNNEL_USER=nobody >> /run/mine.conf
            $program start --config /run/mine.conf
            nft list table inet vpn_firewall | grep -q 'meta skuid 65534'
            test $(cat /proc/sys/net/ipv4/conf/all/arp_ignore) = 1
            kill $lockers
            """);
    }

    /// <summary>A script with a /run of its own, which must not fail.</summary>
    private async Task<string> ScriptAsync(string run, string script)
    {
        var whole = $"""
            mount -t tmpfs -o {run} none /run
            program={VpnFirewall.Path}
            config={VpnFirewall.Golden("minimal.conf")}
            {script}
            """;
        var done = await _space.TryRunAsync("unshare", "--mount", "sh", "-exc", whole);
        done.ExitCode.Should().Be(0, "{0}", done);
        return done.Output;
    }
}
