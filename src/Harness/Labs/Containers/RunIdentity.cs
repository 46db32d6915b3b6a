// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>
/// Names a process for good: its id and when it started, in clock ticks since boot. Containers bear the name of the
/// harness that made them, so that another one can tell whether they are still wanted.
/// </summary>
/// <param name="Process">The process id.</param>
/// <param name="StartTicks">Field 22 of /proc/pid/stat (proc_pid_stat(5)).</param>
internal readonly record struct RunIdentity(int Process, ulong StartTicks)
{
    /// <summary>This process.</summary>
    public static RunIdentity OfThisProcess { get; } = new(
        Environment.ProcessId,
        ReadStartTicks(Environment.ProcessId) ?? throw new InvalidOperationException("/proc does not show this process"));

    /// <summary>Whether the process still runs.</summary>
    public bool IsAlive => ReadStartTicks(Process) == StartTicks;

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static RunIdentity? Parse(string? text)
    {
        var parts = (text ?? "").Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                ? new RunIdentity(process, ticks)
                : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process}.{StartTicks}");

    private static ulong? ReadStartTicks(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));

            // The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }
}
