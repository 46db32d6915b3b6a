// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>One life of a machine, from power-on to power-off, and what was seen at the other ends of its network cards.</summary>
/// <param name="First">The card that it boots with.</param>
/// <param name="Late">The card that appears after its tunnel has died.</param>
/// <param name="Console">What the machine said.</param>
internal sealed record BootRun(CardLife First, CardLife Late, string Console)
{
    /// <summary>Boots a system and lets it live through its course.</summary>
    /// <param name="folder">Where console and captures go.</param>
    /// <param name="disk">The system.</param>
    /// <param name="timeout">Ends it.</param>
    public static async Task<BootRun> ExecuteAsync(string folder, string disk, CancellationToken timeout)
    {
        // One for each card: each proves what it saw by the keys of the same server.
        var (throughFirst, throughLate) = (new AuthenticatedTransport(), new AuthenticatedTransport());
        await using var network = new BootNetwork();
        await network.StartAsync(throughFirst, throughLate);
        var router = network.Host.Root;
        await using var machine = await VirtualMachine.CreateAsync(
            router, disk, folder, "/sbin/init", [NetworkCard.First, NetworkCard.Late], timeout);
        await using var first = await CardLife.Recording.StartAsync(router, NetworkCard.First, throughFirst, folder);
        await using var late = await CardLife.Recording.StartAsync(router, NetworkCard.Late, throughLate, folder);
        await machine.SwitchOnAsync(timeout);
        await machine.WaitUntilOffAsync(timeout);
        return new BootRun(await first.StopAsync(), await late.StopAsync(), machine.Console);
    }

    /// <summary>What the machine said in the lines of its course.</summary>
    public IEnumerable<string> Course => Console.Split('\n')
        .Where(line => line.StartsWith("lab: ", StringComparison.Ordinal))
        .Select(line => line["lab: ".Length..].Trim());

    /// <summary>All of it, for the log of a test.</summary>
    public override string ToString() => $"{string.Join('\n', Course)}\n{First}\n{Late}";
}
