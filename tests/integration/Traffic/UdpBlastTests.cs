// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.IntegrationTests.Traffic;

public sealed class UdpBlastTests
{
    private static readonly UdpBlastLimits Limits = new(100_000, TimeSpan.FromSeconds(2));

    private static readonly IPEndPoint Destination = new(TrafficNetwork.V4.InternetServer, 7100);

    [Test]
    public async Task A_blast_against_a_closed_wall_counts_every_refusal_and_ends_at_its_limit()
    {
        await using var network = await TrafficNetwork.CreateAsync();
        await network.CloseAsync();

        await using var blast = await UdpBlast.OpenAsync(network.User, Destination, device: null, Limits, TimeProvider.System);
        blast.Start();
        var result = await blast.Completion;

        TestContext.Out.WriteLine($"refused: {result.Rate:F0} attempts/s");
        result.Attempts.Should().BeInRange(10_000, Limits.Attempts);
        result.Errors.Should().Equal(new Dictionary<string, long> { ["EPERM"] = result.Attempts });
    }

    [Test]
    public async Task A_blast_that_nothing_hinders_goes_out_until_it_is_stopped()
    {
        await using var network = await TrafficNetwork.CreateAsync();
        var before = await SentAsync(network);

        await using var blast = await UdpBlast.OpenAsync(
            network.User, Destination, device: null, Limits with { Attempts = long.MaxValue }, TimeProvider.System);
        blast.Start();
        await Eventually.HoldsAsync(() => blast.Attempts.Should().BeGreaterThan(1_000));
        var result = await blast.StopAsync();

        TestContext.Out.WriteLine($"sent: {result.Rate:F0} attempts/s, {string.Join(' ', result.Errors)}");
        (await SentAsync(network) - before).Should().BeGreaterOrEqualTo(result.Attempts - result.Errors.Values.Sum());
    }

    private static async Task<long> SentAsync(TrafficNetwork network)
    {
        using var links = JsonDocument.Parse(await network.InClientAsync("ip", "-json -stats link show eth0"));
        return links.RootElement[0].GetProperty("stats64").GetProperty("tx").GetProperty("packets").GetInt64();
    }
}
