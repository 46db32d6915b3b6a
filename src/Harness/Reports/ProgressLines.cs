// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.Harness.Reports;

/// <summary>
/// What happens while scenarios run, on standard error: on a terminal one line that is written over, otherwise a line for
/// each scenario.
/// </summary>
internal sealed class ProgressLines
{
    private const string EraseLine = "\r\e[K";

    private readonly bool _isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    private readonly int _total;
    private int _done;

    /// <param name="total">How many results will come.</param>
    public ProgressLines(int total)
    {
        _total = total;
        if (_isTerminal)
        {
            Console.Error.Write($"0 of {_total} scenarios");
        }
    }

    /// <summary>A verdict was reached. Called by one thread at a time.</summary>
    public void Report(ScenarioResult result)
    {
        _done++;
        var seconds = Math.Max((result.Control?.Duration ?? default).TotalSeconds, (result.Protected?.Duration ?? default).TotalSeconds);
        var line = string.Create(CultureInfo.InvariantCulture, $"{_done} of {_total} scenarios: {result.Scenario.Id} {result.Verdict.Keyword()} ({seconds:0.0} s)");
        if (_isTerminal)
        {
            Console.Error.Write(EraseLine + line);
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>No more results will come.</summary>
    public void End()
    {
        if (_isTerminal)
        {
            Console.Error.Write(EraseLine);
        }
    }
}
