// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Bench.StartCost;

/// <summary>One way to close a machine, and how long it took.</summary>
internal sealed class Contender(string name, string[] command)
{
    private readonly List<double> _milliseconds = [];

    public string Name => name;

    public double Median => _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    public double Fastest => _milliseconds.Min();

    public double Slowest => _milliseconds.Max();

    /// <summary>Runs it once in a fresh network namespace with a loopback, whose making is not measured.</summary>
    public void Measure(bool isWarmUp)
    {
        using var space = new Process { StartInfo = Quiet("unshare", ["--net", "sh", "-c", "ip link set lo up; echo; read _"]) };
        space.Start();
        space.StandardOutput.ReadLine();
        var entered = string.Join(' ', command);
        var script = $"date +%s%N; {entered} >/dev/null 2>&1; result=$?; date +%s%N; exit $result";
        var timed = Quiet("nsenter", [$"--net=/proc/{space.Id}/ns/net", "sh", "-c", script]);
        using var process = new Process { StartInfo = timed };
        process.Start();
        var times = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        space.StandardInput.Close();
        space.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{entered}' failed with exit code {process.ExitCode}");
        }

        if (!isWarmUp)
        {
            _milliseconds.Add((long.Parse(times[1]) - long.Parse(times[0])) / 1e6);
        }
    }

    private static ProcessStartInfo Quiet(string program, string[] args) => new(program, args)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    };
}
