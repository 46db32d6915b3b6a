// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using LeakVerifier.IntegrationTests.Firewall;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>Ctrl-C ends the labs, reports what ran, and leaves nothing behind.</summary>
public sealed class InterruptTests
{
    private const int Interrupted = 130;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The first takes 4 s, the second more than 10: at the first verdict it is in the middle of its window.</summary>
    private static readonly string[] ShortAndLong = ["--scenario", "oob-sigkill", "--scenario", "openvpn-real-blackhole"];

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task An_interrupt_in_mid_run_reports_what_ran(string signal)
    {
        using var host = await StandInHost.CreateAsync();
        var before = await host.StateAsync();
        var marker = new ProcessMarker();
        using var process = host.Start(marker, ShortAndLong);
        var output = process.StandardOutput.ReadToEndAsync();
        var progress = await process.StandardError.ReadLineAsync();
        progress.Should().StartWith("1 of 2 scenarios: oob-sigkill sealed");

        await SendAsync(process, signal);
        await ShouldEndAsync(process, process.StandardError.ReadToEndAsync());

        var report = VerifyReport.Parse(await output);
        report["oob-sigkill"].Verdict.Should().Be("sealed");
        report["openvpn-real-blackhole"].Verdict.Should().Be("skipped");
        report["openvpn-real-blackhole"].Reason.Should().Be("interrupted");
        report.Verdict.Should().Be("inconclusive", "what was skipped is never green");
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
        (await host.StateAsync()).Should().Be(before);
    }

    [Test]
    public async Task An_interrupt_at_any_early_moment_ends_the_program()
    {
        using var host = await StandInHost.CreateAsync();
        var before = await host.StateAsync();
        for (var milliseconds = 0; milliseconds < 500; milliseconds += 50)
        {
            var marker = new ProcessMarker();
            using var process = host.Start(marker, ShortAndLong);
            process.WaitForExit(milliseconds);

            // Before the program is there, the signal would end whatever starts it.
            await Eventually.HoldsAsync(() => marker.Living().Should().Contain(line => line.Contains(VerifyRun.Program + " verify")));
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            await SendAsync(process, "INT");

            await ShouldEndAsync(process, error);
            if (await output is { Length: > 0 } report)
            {
                VerifyReport.Parse(report).Verdict.Should().Be("inconclusive");
            }

            await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
            (await host.StateAsync()).Should().Be(before);
        }
    }

    [Test]
    public async Task An_interrupt_of_the_terminal_is_no_failure_of_the_programs_that_get_it_too([Values("INT", "HUP")] string signal)
    {
        for (var milliseconds = 1200; milliseconds < 2800; milliseconds += 400)
        {
            var marker = new ProcessMarker();
            string[] command = ["setsid", VerifyRun.Program, "verify", "--json", "-", "--scenario", "oob-s*"];
            using var process = VerifyRun.StartCommand(marker, command);
            process.WaitForExit(milliseconds).Should().BeFalse("the scenarios take longer");
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();

            await KillAsync(signal, "-" + Text(process.Id));
            await ShouldEndAsync(process, error);

            (await error).Should().NotContain("internal error");
            VerifyReport.Parse(await output).Scenarios.Should().OnlyContain(scenario => scenario.Verdict == "skipped" || scenario.Verdict == "sealed");
            await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
        }
    }

    private static Task SendAsync(Process process, string signal) => KillAsync(signal, Text(process.Id));

    private static async Task KillAsync(string signal, string whom)
    {
        (await ProgramRun.FinishAsync(ProgramRun.Start("kill", "-" + signal, "--", whom))).ExitCode.Should().Be(0);
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);

    private static async Task ShouldEndAsync(Process process, Task<string> error)
    {
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(Interrupted, "{0}", await error);
    }
}
