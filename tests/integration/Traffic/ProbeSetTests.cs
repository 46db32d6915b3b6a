// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.IntegrationTests.Traffic;

public sealed partial class ProbeSetTests
{
    private TrafficNetwork _network = null!;
    private ProbeSet _probes = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _network = await TrafficNetwork.CreateAsync();
        _probes = ProbeSet.Create(_network.Plan);
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        // Set-up may have failed half-way.
        if (_probes is not null)
        {
            await _probes.DisposeAsync();
            await _network.DisposeAsync();
        }
    }

    [Test]
    public async Task Every_probe_reaches_its_service_and_the_established_ones_are_proved_first()
    {
        var readiness = await OpenAsync();

        readiness.Should().OnlyContain(r => r.IsReady);
        SourceOf("tcp-established-v4").Should().Be(TrafficNetwork.ClientV4);
        SourceOf("udp-connected-v4").Should().Be(TrafficNetwork.ClientV4);
        SourceOf("tcp-established-v6").Should().Be(TrafficNetwork.ClientV6);
        SourceOf("udp-connected-v6").Should().Be(TrafficNetwork.ClientV6);

        _probes.Start();
        await _probes.WhenTransferredAsync(100_000, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync(() => Silent().Should().BeEmpty());

        IPAddress? SourceOf(string probe)
        {
            return readiness.Single(r => r.Probe == probe).SeenAs?.Address;
        }
    }

    [Test]
    public async Task Attempts_go_on_when_the_link_is_down_and_nothing_is_answered_then()
    {
        await OpenAsync();
        _probes.Start();
        await Eventually.HoldsAsync(() => Silent().Should().BeEmpty("all are answered while the link is up"));

        await _network.InClientAsync("ip", "link set eth0 down");
        _probes.MarkFault();

        // What was under way is read by then.
        await AttemptsSinceFaultAsync(10);
        var answered = Answered();
        await AttemptsSinceFaultAsync(20);
        Answered().Should().Be(answered);
        Errors("udp-unconnected-v4").Should().ContainKey("ENETUNREACH");
        Errors("tcp-new-v6").Should().ContainKey("ENETUNREACH");
        Errors("tcp-established-v4").Should().ContainKey("EAGAIN", "its buffer is full, and the kernel still tries");
    }

    [Test]
    public async Task What_the_kernel_sends_again_is_seen_when_the_other_side_falls_silent()
    {
        await OpenAsync();
        _probes.Start();
        await _probes.WhenTransferredAsync(50_000, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Named("tcp-established-v4").Counters.Retransmissions.Should().Be(0);

        await _network.DeafenServerAsync();

        await Eventually.HoldsAsync(() => Named("tcp-established-v4").Counters.Retransmissions.Should().BePositive());
        await Eventually.HoldsAsync(() => Named("tcp-established-v6").Counters.Retransmissions.Should().BePositive());
    }

    [Test]
    public async Task A_firewall_that_drops_refuses_the_sends_and_does_not_end_them()
    {
        await OpenAsync();
        await _network.CloseAsync();

        _probes.Start();

        await Eventually.HoldsAsync(() => _probes.Probes
            .Where(p => p.Description.Protocol == ProbeProtocol.Udp && p.Counters.Errors.GetValueOrDefault("EPERM") < 5)
            .Select(p => p.Description.Name).Should().BeEmpty());
        Named("tcp-new-v4").Counters.Attempts.Should().BeGreaterThan(2);
        Named("tcp-new-v4").Counters.Replies.Should().Be(0);
    }

    [Test]
    public async Task The_packets_of_a_probe_belong_to_its_user()
    {
        await _network.InClientAsync("nft", "-f -", $$"""
            table inet count {
                counter bound-by-nobody { }
                counter bound-by-others { }
                counter user-by-nobody { }
                counter user-by-user { }
                chain output {
                    type filter hook output priority 0;
                    udp dport {{TrafficNetwork.Ports.BoundUdp}} meta skuid 65534 counter name bound-by-nobody
                    udp dport {{TrafficNetwork.Ports.BoundUdp}} meta skuid != 65534 counter name bound-by-others
                    tcp dport {{TrafficNetwork.Ports.TcpNew}} meta skuid 65534 counter name user-by-nobody
                    tcp dport {{TrafficNetwork.Ports.TcpNew}} meta skuid 1000 counter name user-by-user
                }
            }
            """);
        await OpenAsync();
        _probes.Start();
        await Eventually.HoldsAsync(() => Silent().Should().BeEmpty());

        var counters = CounterPattern().Matches(await _network.InClientAsync("nft", "list counters"))
            .ToDictionary(m => m.Groups["name"].Value, m => int.Parse(m.Groups["packets"].Value, null));

        counters["bound-by-nobody"].Should().BePositive();
        counters["bound-by-others"].Should().Be(0);
        counters["user-by-nobody"].Should().Be(0);
        counters["user-by-user"].Should().BePositive();
        Named("bound-udp-v4").Description.User.Should().Be("65534");
        Named("tcp-new-v4").Description.User.Should().Be("1000");
    }

    [Test]
    public async Task A_probe_that_is_not_answered_says_so_and_can_be_started_all_the_same()
    {
        await _network.InServerAsync("ip", "link set veth0 down");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));

        var readiness = await _probes.OpenAsync(limit.Token);
        _probes.Start();

        readiness.Where(r => !r.IsReady).Select(r => r.Probe).Should().BeEquivalentTo(
            "tcp-established-v4", "udp-connected-v4", "tcp-established-v6", "udp-connected-v6");
        readiness.Single(r => r.Probe == "udp-connected-v4").Problem.Should().Contain("198.51.100.80:7003");
        await Eventually.HoldsAsync(() => Named("udp-connected-v4").Counters.Attempts.Should().BeGreaterThan(10));
    }

    [Test]
    public async Task Disposing_closes_all_sockets_at_once()
    {
        await OpenAsync();
        _probes.Start();
        (await _network.CountEstablishedAsync()).Should().BePositive();

        var begun = Stopwatch.GetTimestamp();
        await _probes.DisposeAsync();
        var elapsed = Stopwatch.GetElapsedTime(begun);

        (await _network.CountEstablishedAsync()).Should().Be(0);
        TestContext.Out.WriteLine($"closed {_probes.Probes.Count} probes in {elapsed.TotalMilliseconds:F1} ms");
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10), "nothing is waited for");
    }

    [GeneratedRegex(@"counter (?<name>[\w-]+) \{\s*packets (?<packets>\d+)")]
    private static partial Regex CounterPattern();

    private async Task<IReadOnlyList<ProbeReadiness>> OpenAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _probes.OpenAsync(limit.Token);
    }

    private Task AttemptsSinceFaultAsync(int count)
    {
        return Eventually.HoldsAsync(() => _probes.Probes
            .Where(p => p.Counters.AttemptsSinceFault < count).Select(p => p.Description.Name).Should().BeEmpty());
    }

    private long Answered() => _probes.Probes.Sum(p => p.Counters.Replies);

    private IProbe Named(string name)
    {
        return _probes.Probes.Single(p => p.Description.Name == name);
    }

    private IReadOnlyDictionary<string, long> Errors(string name)
    {
        return Named(name).Counters.Errors;
    }

    /// <summary>The probes that had no answer yet; the transfers show in bytes, not in answers.</summary>
    private IEnumerable<string> Silent()
    {
        return _probes.Probes
            .Where(p => p.Description.Name.StartsWith("tcp-established", StringComparison.Ordinal)
                ? p.Counters.BytesTransferred < 10_000
                : p.Counters.Replies < 3)
            .Select(p => $"{p.Description.Name} ({string.Join(' ', p.Counters.Errors)})");
    }
}
