// SPDX-License-Identifier: GPL-3.0-or-later

using Spectre.Console;

namespace LeakVerifier.Harness.Reports;

/// <summary>Where reports are written. A terminal gets colours unless NO_COLOR is set (no-color.org).</summary>
internal static class Consoles
{
    /// <summary>Wide enough for every table: what is not a terminal does not wrap.</summary>
    private const int PlainWidth = 160;

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Output()
    {
        return Console.IsOutputRedirected ? Plain(Console.Out) : AnsiConsole.Console;
    }

    /// <summary>Text without colours.</summary>
    public static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = PlainWidth;
        return console;
    }
}
