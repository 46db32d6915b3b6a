// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>
/// Tunnels that need a kernel which has them, on Debian's own: WireGuard, whose packets have no user and are known by their
/// mark, and PPTP, which is TCP and GRE.
/// </summary>
public sealed partial class TunnelsTests
{
    private string _console = "";

    [OneTimeSetUp]
    public async Task LiveOnce()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        await using var network = new BootNetwork();
        var folder = TestEvidence.FolderOfThisTest();
        await using var machine = await VirtualMachine.CreateAsync(
            network.Host.Root, BootDisks.WithPackage, folder, "/usr/local/lib/lab/tunnels", [], limit.Token);
        await machine.SwitchOnAsync(limit.Token);
        await machine.WaitUntilOffAsync(limit.Token);
        _console = machine.Console;
        await TestContext.Out.WriteLineAsync(string.Join('\n', _console.Split('\n').Where(line => line.StartsWith("lab: ", StringComparison.Ordinal))));
    }

    [TestCase("wireguard")]
    [TestCase("pptp")]
    public void A_tunnel_of_the_kernels_carries_and_when_it_dies_nothing_leaves(string tunnel)
    {
        var closed = Life(tunnel, "closed");
        var open = Life(tunnel, "open");

        closed.Carried.Should().BeTrue();
        closed.Transport.Should().BePositive();
        (closed.Beside, closed.After, closed.Endpoint).Should().Be((0, 0, 0));
        open.Carried.Should().BeTrue("the control is the same tunnel");
        open.After.Should().BePositive("the control must leak");
        open.Endpoint.Should().BePositive("the control must leak to the endpoint too");
        _console.Should().Contain($"lab: {tunnel} status: in-force");
    }

    private (bool Carried, int Transport, int Beside, int After, int Endpoint) Life(string tunnel, string wall)
    {
        var match = LifeLine().Matches(_console)
            .FirstOrDefault(match => match.Groups[1].Value == tunnel && match.Groups[2].Value == wall);
        match.Should().NotBeNull("{0} should have lived {1}; the machine said: {2}", tunnel, wall, _console);
        int Number(int group) => int.Parse(match!.Groups[group].Value, CultureInfo.InvariantCulture);
        return (match!.Groups[3].Value == "yes", Number(4), Number(5), Number(6), Number(7));
    }

    [GeneratedRegex(@"lab: (\w+) (closed|open): carried (yes|no), transport (\d+), beside it (\d+), after it (\d+), to its endpoint (\d+)")]
    private static partial Regex LifeLine();
}
