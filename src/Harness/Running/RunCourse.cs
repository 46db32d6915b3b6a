// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running;

/// <summary>The moments of a run, and the evidence that they make of what was counted.</summary>
internal sealed class RunCourse
{
    private readonly Judge _judge;
    private readonly Judge? _other;
    private readonly TimeProvider _time;
    private readonly ClockWatch _clock;
    private long _fault;

    /// <param name="scenario">What is run.</param>
    /// <param name="judge">Holds the client's link against the policy.</param>
    /// <param name="other">The same for a second one; null: there is none.</param>
    /// <param name="time">The clock of the frames, and one that nobody sets.</param>
    public RunCourse(Scenario scenario, Judge judge, Judge? other, TimeProvider time)
    {
        _judge = judge;
        _other = other;
        _time = time;
        _clock = new ClockWatch(time);
        IsFirewallLate = scenario.Course is Course.FirewallStartedLate or Course.FirewallStartedLateTracked;
    }

    /// <summary>Whether the firewall's start is the fault.</summary>
    public bool IsFirewallLate { get; }

    /// <summary>From now on frames are judged.</summary>
    public void OpenWindow()
    {
        var now = UnixTime.Now(_time);
        _judge.OpenWindow(now);
        _other?.OpenWindow(now);
    }

    /// <summary>The fault strikes now.</summary>
    public void MarkFault() => _fault = UnixTime.Now(_time);

    /// <summary>Puts together what was seen.</summary>
    public RunEvidence Evidence(
        string? problem,
        IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> probes,
        LabInside? inside,
        TunnelPingResult? ping,
        IReadOnlyList<(ProbeDescription Probe, UdpBlastResult Result)>? blasts)
    {
        var judgement = _other is null ? _judge.Finish() : _judge.Finish().With(_other.Finish());
        var leaked = judgement.LeaksByProbe.Where(leaks => leaks.Probe is not null).ToDictionary(l => l.Probe!, l => l.Frames);
        ProbeOutcome Outcome(ProbeDescription probe, ProbeCounters counters)
        {
            return new ProbeOutcome(probe.Name, probe.User, counters, leaked.GetValueOrDefault(probe.Name));
        }

        return new RunEvidence
        {
            Problem = problem ?? _clock.Problem(),
            Judgement = judgement,
            FaultUnixNanoseconds = _fault,
            TunnelPing = ping,
            Probes =
            [
                .. probes.Concat(inside?.Read(judgement.JudgedInside) ?? []).Select(p => Outcome(p.Probe, p.Counters)),
                .. (blasts ?? []).Select(b => Outcome(b.Probe, Counters(b.Result))),
            ],
        };
    }

    /// <summary>A blast knows attempts only; all of them are after the fault, which lasts as long as it does.</summary>
    private static ProbeCounters Counters(UdpBlastResult result)
    {
        return new ProbeCounters(result.Attempts, result.Attempts, 0, 0, 0, 0, result.Errors);
    }
}
