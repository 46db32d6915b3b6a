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
    private const int ParentField = 4;
    private const int StartField = 22;

    /// <summary>
    /// This run: the process that started the one inside the sandbox. The one inside ends with it, but takes a while.
    /// </summary>
    public static RunIdentity OfThisRun { get; } = Find();

    /// <summary>Whether the process still runs.</summary>
    public bool IsAlive => ReadField(Process, StartField) == StartTicks;

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

    private static RunIdentity Find()
    {
        if (ReadField(Environment.ProcessId, ParentField) is { } parent && ReadField((int)parent, StartField) is { } ticks)
        {
            return new RunIdentity((int)parent, ticks);
        }

        throw new InvalidOperationException("/proc does not show the process that started this one");
    }

    /// <returns>A number of /proc/pid/stat; null when the process has ended.</returns>
    private static ulong? ReadField(int process, int number)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));

            // The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var isZombie = fields[0] is "Z" or "X";
            return isZombie ? null : ulong.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
