// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>One life of a machine, from power-on to power-off, and what was seen at the other end of its network card.</summary>
/// <param name="Judgement">Every frame held against the policy.</param>
/// <param name="Capture">Whether the capture is complete.</param>
/// <param name="Recorded">The frames of the machine by QEMU's own record.</param>
/// <param name="Console">What the machine said.</param>
internal sealed record BootRun(Judgement Judgement, CaptureResult Capture, long Recorded, string Console)
{
    /// <summary>Boots a system and lets it live through its course.</summary>
    /// <param name="folder">Where console and captures go.</param>
    /// <param name="disk">The system.</param>
    /// <param name="timeout">Ends it.</param>
    public static async Task<BootRun> ExecuteAsync(string folder, string disk, CancellationToken timeout)
    {
        var transport = new AuthenticatedTransport();
        await using var network = new BootNetwork();
        await network.StartAsync(transport);
        var policy = ConfigurationFiles.Parse("judge", BootNetwork.Configuration + "TUNNEL_USER=1\n").Policy!;
        var judge = new Judge(policy, BootNetwork.Wire, transport, new ProbeBook([]));
        judge.OpenWindow(0);

        await using var machine = await VirtualMachine.CreateAsync(
            network.Host.Root, disk, folder, "/sbin/init", hasCard: true, timeout);
        var options = new CaptureOptions { Interface = BootNetwork.Tap, EvidencePath = Path.Combine(folder, "wire.pcap") };
        await using var capture = await PacketCapture.StartAsync(network.Host.Root, options, judge.Take, TimeProvider.System);
        await machine.SwitchOnAsync(timeout);
        await machine.WaitUntilOffAsync(timeout);
        var captured = await capture.StopAsync();
        return new BootRun(judge.Finish(), captured, CardRecord.CountFrames(folder), machine.Console);
    }

    /// <summary>What the machine said in the lines of its course.</summary>
    public IEnumerable<string> Course => Console.Split('\n')
        .Where(line => line.StartsWith("lab: ", StringComparison.Ordinal))
        .Select(line => line["lab: ".Length..].Trim());

    /// <summary>All of it, for the log of a test.</summary>
    public override string ToString()
    {
        var leaks = Judgement.Leaks.Take(30).Select(leak => $"  {leak.Summary} {leak.Class.Id} {leak.Why}");
        var allowed = string.Join(" ", Judgement.Allowed.Select(pair => $"{pair.Key} {pair.Value}"));
        return $"{string.Join('\n', Course)}\njudged {Judgement.Judged}, allowed: {allowed}, leaked {Judgement.LeakedFrames}\n"
            + string.Join('\n', leaks) + $"\n{Capture}\nQEMU recorded {Recorded}";
    }
}
