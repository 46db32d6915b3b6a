// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.IntegrationTests.Traffic;

public sealed class TunnelPingTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    [Test]
    public async Task Nothing_is_lost_on_a_link_that_works_and_what_a_wall_drops_is_counted()
    {
        await using var network = await TrafficNetwork.CreateAsync();
        var destination = new IPEndPoint(TrafficNetwork.V6.InternetServer, TrafficNetwork.Ports.UdpConnected);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        var whole = await PingAsync();
        var broken = await PingAsync(() => network.CloseAsync());

        TestContext.Out.WriteLine($"{whole} {broken}");
        whole.Sent.Should().BeGreaterThan(20);
        whole.Lost.Should().Be(0);
        whole.FirstLost.Should().BeNull();
        broken.Lost.Should().BePositive().And.BeLessThan(broken.Sent);
        broken.FirstLost.Should().NotBeNull();

        async Task<TunnelPingResult> PingAsync(Func<Task>? fault = null)
        {
            await using var ping = new TunnelPing(network.User, destination, Interval, TimeProvider.System);
            (await ping.StartAsync(limit.Token)).IsReady.Should().BeTrue();
            await SentAsync(ping, 30);
            if (fault is not null)
            {
                await fault();
                await SentAsync(ping, (await ping.CountAsync()).Sent + 10);
            }

            return await ping.StopAsync();
        }
    }

    private static Task SentAsync(TunnelPing ping, long count)
    {
        return Eventually.HoldsAsync(async () => (await ping.CountAsync()).Sent.Should().BeGreaterThanOrEqualTo(count));
    }
}
