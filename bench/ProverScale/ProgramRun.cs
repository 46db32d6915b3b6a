// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.ProverScale;

/// <summary>One run of the published program, from its start to its end.</summary>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Megabytes">The most memory that it had.</param>
internal sealed record ProgramRun(long Milliseconds, long Megabytes)
{
    /// <summary>Runs <c>prove</c> on listings.</summary>
    public static ProgramRun Of(string program, string folder, params string[] listings)
    {
        var configuration = Path.Combine(folder, "client.conf");
        var files = listings.Select((_, index) => Path.Combine(folder, $"rules.{index}")).ToArray();
        for (var index = 0; index < files.Length; index++)
        {
            File.WriteAllText(files[index], listings[index]);
        }
        File.WriteAllText(configuration, "VPN_INTERFACE=tun0\nTUNNEL_USER=1194\nVPN_SERVERS=203.0.113.10:1194/udp\nLOCAL_NET=\"\"\n");
        var watch = Stopwatch.StartNew();
        string[] arguments = ["prove", "--config", configuration, "--ruleset", .. files];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        do
        {
            // Only of a program that still runs does the kernel say how much it had.
            peak = Math.Max(peak, Peak(process));
        }
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(5)));
        output.Wait();
        return new ProgramRun(watch.ElapsedMilliseconds, peak / 1_000_000);
    }

    private static long Peak(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // it has ended, perhaps between the two calls
        }
    }
}
