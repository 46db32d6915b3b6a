// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.Json;
using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Explaining;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Commands;

/// <summary>What <c>status</c> shows besides the comparison: what the rules counted, what the watch saw, what waits.</summary>
/// <param name="Counters">Rules that count.</param>
/// <param name="Confirmation">The start that waits to be confirmed, or was not in time; null: neither.</param>
/// <param name="Watch">What the watch tells, or the last one told; null: there was none.</param>
internal sealed record StatusFacts(
    IReadOnlyList<CountedRule> Counters, Confirmation? Confirmation, WatchReport? Watch)
{
    /// <summary>Whether a watch lives. The number of the process in its report may be another's by now.</summary>
    public required bool IsWatchAlive { get; init; }

    /// <summary>Adds lines for what waits and for what the watch saw.</summary>
    public void AppendTo(StringBuilder text)
    {
        if (Confirmation is { } confirmation)
        {
            Line(text, "confirm", Describe(confirmation));
        }

        if (Watch is not null)
        {
            Line(text, "watch", Describe(Watch));
            if (Watch.Gaps is [.., var last])
            {
                Line(text, "last gap", string.Create(CultureInfo.InvariantCulture,
                    $"{last.What} at {last.Start:yyyy-MM-dd HH:mm:ss}Z, restored after {last.Length.TotalMilliseconds:0.0} ms; cause: {last.Cause}"));
            }
        }
    }

    /// <summary>Adds a line for each rule that counted something, with what it is for.</summary>
    public void AppendCounters(StringBuilder text)
    {
        foreach (var rule in Counters.Where(rule => rule.Packets > 0))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  {rule.Packets,9}  {rule.Verdict,-10}  {rule.Chain} #{rule.Number}: {Purpose(rule)}\n");
        }
    }

    /// <summary>Adds the same as properties.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray("rules");
        foreach (var rule in Counters)
        {
            json.WriteStartObject();
            json.WriteString("table", rule.Table);
            json.WriteString("chain", rule.Chain);
            json.WriteNumber("number", rule.Number);
            json.WriteString("verdict", rule.Verdict);
            json.WriteString("for", Purpose(rule));
            json.WriteNumber("packets", rule.Packets);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (Confirmation is { } confirmation)
        {
            json.WriteStartObject("confirmation");
            json.WriteString("state", confirmation.IsOverdue ? "overdue" : StateName(confirmation.State));
            json.WriteNumber("secondsLeft", MonotonicClock.SecondsUntil(confirmation.Deadline));
            json.WriteBoolean("goesBackToOpen", confirmation.WasOpen);
            json.WriteEndObject();
        }

        if (Watch is not null)
        {
            json.WriteStartObject("watch");
            json.WriteBoolean("alive", IsWatchAlive);
            json.WriteNumber("gapCount", Watch.GapCount);
            json.WriteNumber("lastGapMilliseconds", Watch.Gaps is [.., var last] ? last.Length.TotalMilliseconds : 0);
            json.WriteString("warning", Watch.Warning);
            json.WriteEndObject();
        }
    }

    /// <summary>What a rule is for; of iptables' rules nobody has said it in words.</summary>
    private static string Purpose(CountedRule rule)
    {
        return RulePurpose.Of(rule.Chain, rule.Rule) is var purpose && purpose != RulePurpose.Unknown ? purpose : rule.Rule;
    }

    private static string Describe(Confirmation confirmation) => confirmation switch
    {
        { IsOverdue: true } => "a start was not confirmed in time, and the process that was to go back is gone: "
            + "what is loaded stays until 'vpn-firewall start' or 'vpn-firewall flush'",
        { State: ConfirmationState.Waiting } => string.Create(CultureInfo.InvariantCulture,
            $"goes back in {MonotonicClock.SecondsUntil(confirmation.Deadline)} s to {confirmation.Target}; "
            + $"'vpn-firewall confirm' keeps what is loaded"),
        { State: ConfirmationState.WentBack } => $"the last start was not confirmed in time: back to {confirmation.Target}",
        _ => "the last start was not confirmed in time, but the kernel did not take what was before",
    };

    private string Describe(WatchReport watch)
    {
        var state = IsWatchAlive ? "alive" : "GONE: nothing restores the rules";
        return string.Create(CultureInfo.InvariantCulture,
            $"{state}; gaps since {watch.Since:yyyy-MM-dd HH:mm:ss}Z: {watch.GapCount}{(watch.Warning is null ? "" : "; " + watch.Warning)}");
    }

    private static string StateName(ConfirmationState state) => state switch
    {
        ConfirmationState.Waiting => "waiting",
        ConfirmationState.WentBack => "went-back",
        _ => "stuck",
    };

    private static void Line(StringBuilder text, string name, string value)
    {
        text.Append("  ").Append(name.PadRight(13)).Append(value).Append('\n');
    }
}
