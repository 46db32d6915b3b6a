// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Commands;

/// <summary><c>leakverifier explain ID</c>: what one scenario shows, and what it does not.</summary>
internal static class ExplainCommand
{
    /// <exception cref="CommandException">There is no such scenario.</exception>
    public static ExitCode Run(string id)
    {
        var scenario = ScenarioCatalogue.All.FirstOrDefault(scenario => scenario.Id == id)
            ?? throw new CommandException(ExitCode.Usage, $"{id}: no scenario is called so; 'leakverifier list' shows them");
        Console.Out.WriteLine($"""
            {scenario.Id}

            Shows        {scenario.Shows}
            Passes if    and only if {scenario.PassesIf}.
            Must leak    in the control run, over IPv4 and IPv6: {string.Join(", ", scenario.MustLeak)}.
            Limits       {scenario.Limits}
            Leak classes {string.Join(", ", scenario.LeakClasses.Order())} (docs/leak-classes.md)
            """);
        return ExitCode.Done;
    }
}
