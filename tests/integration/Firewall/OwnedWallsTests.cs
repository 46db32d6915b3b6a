// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>Copies of the walls that others cannot remove, in the kernel that runs.</summary>
public sealed class OwnedWallsTests
{
    private TestNamespace _space = null!;
    private NetlinkSocket _owner = null!;
    private NetlinkSocket _asking = null!;
    private TableReader _reader = null!;

    private static IEnumerable<string> Names => VpnFirewall.GoldenNames;

    [SetUp]
    public async Task SetUp()
    {
        _space = await TestNamespace.CreateAsync();
        (_owner, _asking) = (Connect(), Connect());
        _reader = new TableReader(_asking);
    }

    [TearDown]
    public void TearDown()
    {
        _owner.Dispose();
        _asking.Dispose();
        _space.Dispose();
    }

    [TestCaseSource(nameof(Names))]
    public async Task A_copy_is_its_original_rule_by_rule(string name)
    {
        await LoadAsync(name);
        await LoadAsync(name + ".frames");
        var walls = Walls.Read(_reader, out _);

        new OwnedWalls(_owner, _reader).Hold(walls).ToString().Should().Be("done");

        var copy = _reader.Read(WallTables.FirstCopy)!;
        copy.Flags.Should().Be(TableFlags.Owner | TableFlags.Persist);
        copy.Chains.Should().Equal(walls.First!.Chains);
        copy.Sets.Should().Equal(walls.First.Sets);
        copy.Rules.Should().Equal(walls.First.Rules).And.NotBeEmpty();
        var second = _reader.Read(WallTables.SecondCopy)!;
        second.Chains.Should().Equal(walls.Second!.Chains);
        second.Sets.Should().Equal(walls.Second.Sets);
        second.Rules.Should().Equal(walls.Second.Rules).And.NotBeEmpty();
        var listing = await _space.RunAsync("nft -s -p list table inet vpn_firewall_watch");
        var chains = listing[listing.IndexOf("\tchain ", StringComparison.Ordinal)..];
        VpnFirewall.Listing(name).Should().Be("table inet vpn_firewall {\n" + chains);
    }

    [Test]
    public async Task A_foreign_flush_removes_the_original_and_not_the_copy()
    {
        await LoadAsync("minimal");
        new OwnedWalls(_owner, _reader).Hold(Walls.Read(_reader, out _));

        await _space.RunAsync("nft flush ruleset");

        (await TablesAsync()).Should().Equal("table inet vpn_firewall_watch");
        (await _space.TryRunAsync("nft", "delete", "table", "inet", "vpn_firewall_watch")).ExitCode.Should().NotBe(0);
        (await _space.TryRunAsync("nft", "flush", "chain", "inet", "vpn_firewall_watch", "output"))
            .ExitCode.Should().NotBe(0);
    }

    [Test]
    public async Task Copies_stay_when_their_owner_ends_and_the_next_one_adopts_them()
    {
        await LoadAsync("minimal");
        new OwnedWalls(_owner, _reader).Hold(Walls.Read(_reader, out _));
        _owner.Dispose();
        (await TablesAsync()).Should().Contain("table inet vpn_firewall_watch");

        using var heir = Connect();
        await LoadAsync("everything");
        var walls = Walls.Read(_reader, out _);
        new OwnedWalls(heir, _reader).Hold(walls).ToString().Should().Be("done");
        await _space.RunAsync("nft flush ruleset");

        _reader.Read(WallTables.FirstCopy)!.Rules.Should().Equal(walls.First!.Rules);
        heir.Dispose();
        await _space.RunAsync("nft flush ruleset");
        (await TablesAsync()).Should().BeEmpty("an orphan can be flushed, as the documentation says");
    }

    [Test]
    public async Task Only_what_the_counters_counted_is_no_difference()
    {
        await LoadAsync("minimal");
        var before = Walls.Read(_reader, out var first);
        await _space.RunAsync("ip link add eth0 type veth peer name far; ip addr add 192.0.2.2/24 dev eth0; "
            + "ip link set eth0 up; ip link set far up; ping -c 1 -W 1 192.0.2.1 || true; "
            + "nft list ruleset | grep -q 'counter packets [1-9]'");

        Walls.Read(_reader, out var second).DifferenceFrom(before).Should().BeNull();
        second.Should().Be(first);
        await _space.RunAsync("nft add rule inet vpn_firewall guard accept");
        Walls.Read(_reader, out var third).DifferenceFrom(before).Should().Be("inet vpn_firewall was changed");
        third.Should().Be(first + 1);
        await _space.RunAsync("nft delete table inet vpn_firewall");
        Walls.Read(_reader, out _).DifferenceFrom(before).Should().Be("inet vpn_firewall was removed");
        await LoadAsync("minimal");
        Walls.Read(_reader, out _).DifferenceFrom(before).Should().BeNull();
        await _space.RunAsync("nft add table inet vpn_firewall '{ flags dormant; }'");
        Walls.Read(_reader, out _).DifferenceFrom(before).Should().Be("inet vpn_firewall was put to sleep");
    }

    private NetlinkSocket Connect() => _space.Within(() => NetlinkSocket.Open(NetlinkProtocol.Netfilter));

    private Task<string> LoadAsync(string name) => _space.RunAsync($"nft -f {VpnFirewall.Golden(name + ".nft")}");

    private async Task<string[]> TablesAsync()
    {
        return (await _space.RunAsync("nft list tables")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
