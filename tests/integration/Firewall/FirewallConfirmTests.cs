// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>A start that nobody confirms goes back in time, whatever becomes of the session that made it.</summary>
public sealed class FirewallConfirmTests
{
    private const string Announced = "OK: Run 'vpn-firewall confirm'";

    private static readonly string[] Confirmed = ["start", "--confirm", "15", "--config", VpnFirewall.Golden("minimal.conf")];
    private static readonly string[] Gateway = ["start", "--config", VpnFirewall.Golden("gateway.conf")];

    [Test]
    public async Task An_open_machine_is_closed_while_it_waits_and_open_again_afterwards()
    {
        using var wire = await Wire.CreateAsync();
        wire.Send("203.0.113.80", 9, Wire.OtherUser).Should().BeTrue("nothing is closed yet");
        wire.Send("203.0.113.99", 9, Wire.OtherUser).Should().BeTrue("nothing is closed yet");
        var process = VpnFirewall.Start(wire.Client, Confirmed);
        await ReadUntilAsync(process, Announced);

        wire.Send("203.0.113.99", 9, Wire.OtherUser).Should().BeFalse();
        var run = await ProgramRun.FinishAsync(process);

        run.ExitCode.Should().Be(1, "{0}", run);
        run.Error.Should().Contain("not confirmed within 15 seconds").And.Contain("OPEN");
        wire.Send("203.0.113.99", 9, Wire.OtherUser).Should().BeTrue();
        (await VpnFirewall.ListAsync(wire.Client)).Should().BeEmpty();
    }

    [Test]
    public async Task The_rules_from_before_are_back_although_the_session_was_killed()
    {
        using var space = await TestNamespace.CreateAsync();
        (await VpnFirewall.RunAsync(space, Gateway)).ExitCode.Should().Be(0);
        var before = await VpnFirewall.ListAsync(space);
        using var monitor = space.Start("nft", "monitor", "new", "chains");
        var process = VpnFirewall.Start(space, Confirmed);
        await ReadUntilAsync(process, Announced);
        (await VpnFirewall.ListAsync(space)).Should().NotBe(before);

        await space.RunAsync(string.Create(CultureInfo.InvariantCulture, $"kill -HUP {process.Id}; kill -KILL {process.Id}"));
        await ProgramRun.FinishAsync(process);
        await ReadUntilAsync(monitor, "clients_nat"); // a chain that only the rules from before have

        (await VpnFirewall.ListAsync(space)).Should().Be(before);
        monitor.Kill();
    }

    [Test]
    public async Task What_another_process_confirms_stays()
    {
        using var space = await TestNamespace.CreateAsync();
        var process = VpnFirewall.Start(space, Confirmed);
        await ReadUntilAsync(process, Announced);
        var during = await VpnFirewall.ListAsync(space);

        var confirm = await VpnFirewall.RunAsync(space, "confirm");
        var run = await ProgramRun.FinishAsync(process);

        confirm.ExitCode.Should().Be(0, "{0}", confirm);
        run.ExitCode.Should().Be(0, "{0}", run);
        (await VpnFirewall.ListAsync(space)).Should().Be(during).And.NotBeEmpty();
        (await VpnFirewall.RunAsync(space, "confirm")).ExitCode.Should().Be(1, "nothing waits any more");
    }

    [Test]
    public async Task Enter_on_a_terminal_confirms()
    {
        using var space = await TestNamespace.CreateAsync();
        var process = space.Start("script", "-qefc", $"{VpnFirewall.Path} {string.Join(' ', Confirmed)}", "/dev/null");
        await ReadUntilAsync(process, "OK: Press Enter here");

        var run = await ProgramRun.FinishAsync(process, "\n");

        run.ExitCode.Should().Be(0, "{0}", run);
        run.Output.Should().Contain("OK: Confirmed");
        (await VpnFirewall.ListAsync(space)).Should().NotBeEmpty();
    }

    [Test]
    public async Task A_wrong_configuration_on_the_first_start_closes_until_the_time_is_over()
    {
        using var space = await TestNamespace.CreateAsync();
        var process = VpnFirewall.Start(space, "start", "--confirm", "15", "--config", "/nowhere");
        await ReadUntilAsync(process, Announced);

        (await VpnFirewall.ListAsync(space)).Should().Be(VpnFirewall.Listing("lockdown"));
        var run = await ProgramRun.FinishAsync(process);

        run.ExitCode.Should().Be(1, "{0}", run);
        (await VpnFirewall.ListAsync(space)).Should().BeEmpty();
    }

    private static async Task ReadUntilAsync(Process process, string part)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = "";
        while (!seen.Contains(part, StringComparison.Ordinal))
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token);
            seen += line ?? throw new InvalidOperationException($"it ended before '{part}': {seen}");
        }
    }
}
