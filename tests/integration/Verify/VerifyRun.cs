// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// The program under test, as published (LEAKVERIFIER_PROGRAM, or artifacts/leakverifier of the repository), run once.
/// </summary>
internal sealed record VerifyRun(int ExitCode, string Output, string Error)
{
    /// <summary>
    /// After this it hangs. The whole set takes minutes in containers, and more where the machine does other work too.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    public static string Program { get; } = Environment.GetEnvironmentVariable("LEAKVERIFIER_PROGRAM")
        ?? Path.Combine(VpnFirewall.Root, "artifacts", "leakverifier");

    /// <summary>What was on standard output, when that was the report.</summary>
    public VerifyReport Report => VerifyReport.Parse(Output);

    /// <summary>The folder of a firewall that comes with the project.</summary>
    public static string Example(string name) => Path.Combine(VpnFirewall.Root, "examples", "firewalls", name);

    /// <summary>Starts <c>verify</c> with its report on standard output, and its evidence kept for the test that runs.</summary>
    /// <param name="marker">A mark that all of its processes inherit.</param>
    /// <param name="arguments">More arguments.</param>
    public static Process Start(ProcessMarker? marker, params string[] arguments)
    {
        string[] evidence = arguments.Contains("--out") ? [] : ["--out", TestEvidence.FolderOfThisTest()];
        return StartCommand(marker, [Program, "verify", "--json", "-", .. evidence, .. arguments]);
    }

    /// <summary>Starts a command, such as the program behind another one.</summary>
    public static Process StartCommand(ProcessMarker? marker, IReadOnlyList<string> command)
    {
        File.Exists(Program).Should().BeTrue("{0} should be published, or LEAKVERIFIER_PROGRAM name it", Program);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        marker?.Put(start);
        return Process.Start(start)!;
    }

    /// <summary>Runs <c>verify</c> to its end.</summary>
    public static Task<VerifyRun> RunAsync(params string[] arguments) => FinishAsync(Start(null, arguments));

    /// <summary>Waits for the end and disposes of the process.</summary>
    public static async Task<VerifyRun> FinishAsync(Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                // Its labs end with it; they would only be in the way of the next test.
                process.Kill();
                throw new TimeoutException($"it did not end within {Limit.TotalMinutes:0} minutes; so far: {await error}{await output}");
            }

            return new VerifyRun(process.ExitCode, await output, await error);
        }
    }

    public override string ToString() => $"exit code {ExitCode}\n{Error}{Output}";
}
