// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Carries out a script as events happen. Guarded by the server's lock.</summary>
internal sealed class ScriptRunner
{
    /// <summary>Delayed actions that may wait: a flood of handshakes must not fill the memory.</summary>
    private const int MaximumWaiting = 10_000;

    private readonly IReadOnlyList<ScriptRule> _rules;
    private readonly ServerContext _context;
    private readonly IFaultTarget _target;
    private readonly Dictionary<ServerEventKind, int> _counts = [];
    private readonly PriorityQueue<(ScriptRule Rule, Session? Session), TimeSpan> _waiting = new();
    private readonly HashSet<ScriptRule> _marksReached = [];
    private readonly HashSet<ScriptRule> _executed = [];

    public ScriptRunner(FaultScript? script, ServerContext context, IFaultTarget target)
    {
        _rules = script?.Rules ?? [];
        _context = context;
        _target = target;
        SetNextMark();
    }

    /// <summary>The rules that were not carried out until now; those for every occurrence of an event may have none.</summary>
    public IEnumerable<ScriptRule> Outstanding =>
        _rules.Where(rule => !_executed.Contains(rule) && (rule.Event.Occurrence > 0 || rule.Event.Bytes > 0));

    /// <summary>
    /// Acts upon an event. Actions raise events too; the rules are finite, and each fires once for its own.
    /// </summary>
    public void On(ServerEventKind kind, Session? session)
    {
        if (_rules.Count == 0)
        {
            return;
        }

        var count = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        foreach (var rule in _rules)
        {
            if (rule.Event.Kind == kind && IsMet(rule, count))
            {
                Fire(rule, session);
            }
        }

        if (kind == ServerEventKind.BytesPassed)
        {
            SetNextMark();
        }
    }

    /// <summary>Acts upon the time.</summary>
    public void Tick(TimeSpan now)
    {
        while (_waiting.TryPeek(out var next, out var due))
        {
            if (due > now)
            {
                _context.Agenda.Schedule(due);
                return;
            }

            _waiting.Dequeue();
            Execute(next.Rule, next.Session);
        }
    }

    private bool IsMet(ScriptRule rule, int count)
    {
        return rule.Event.Bytes > 0
            ? _context.Faults.BytesPassed >= rule.Event.Bytes && _marksReached.Add(rule)
            : rule.Event.Occurrence == 0 || rule.Event.Occurrence == count;
    }

    private void Fire(ScriptRule rule, Session? session)
    {
        if (rule.Delay == TimeSpan.Zero)
        {
            Execute(rule, session);
        }
        else if (_waiting.Count < MaximumWaiting)
        {
            var due = _context.Agenda.Now + rule.Delay;
            _waiting.Enqueue((rule, session), due);
            _context.Agenda.Schedule(due);
        }
    }

    private void Execute(ScriptRule rule, Session? session)
    {
        // The client may have connected anew since: the rule is for the session in its place, or for none.
        var concerned = session is { IsClosed: true }
            ? _target.Sessions.LastOrDefault(other => other.Name == session.Name) ?? session
            : session;
        _executed.Add(rule);
        var hasHappened = rule.Action.Execute(new ActionScope(_context, _target, concerned));
        _target.Report(session, $"line {rule.Line}: {rule.Text}", hasHappened);
    }

    private void SetNextMark()
    {
        _context.Faults.NextMark = _rules
            .Where(rule => rule.Event.Bytes > 0 && !_marksReached.Contains(rule))
            .Select(rule => rule.Event.Bytes)
            .DefaultIfEmpty(long.MaxValue)
            .Min();
    }
}
