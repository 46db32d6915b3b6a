// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// Holds every frame that a client sends on a physical link against the policy. What is not on the list is a leak,
/// whatever its EtherType. Frames are judged as they come; memory does not grow with their number.
/// </summary>
public sealed class Judge
{
    /// <summary>How many leaks are kept in detail.</summary>
    public const int DetailedLeaks = 200;

    private readonly Lock _lock = new();
    private readonly WireFacts _wire;
    private readonly ITransportOracle _oracle;
    private readonly ProbeBook _probes;
    private readonly AllowList _allowList;
    private readonly LeakClassifier _classifier;
    private readonly InsideWatch? _inside;
    private readonly LeakTally _leaks = new(DetailedLeaks);
    private readonly long[] _allowed = new long[Enum.GetValues<AllowedReason>().Length];
    private long _windowStart = long.MaxValue;
    private long _beforeWindow;
    private long _outbound;
    private long _judged;
    private long _judgedInside;

    /// <param name="policy">What may leave.</param>
    /// <param name="wire">What is known about the link.</param>
    /// <param name="oracle">Who knows the tunnel's own frames.</param>
    /// <param name="probes">Who sends.</param>
    /// <param name="inside">What a gateway must not send to its clients; null: the client is no gateway.</param>
    public Judge(
        EgressPolicy policy, WireFacts wire, ITransportOracle oracle, ProbeBook probes, InsideWatch? inside = null)
    {
        _inside = inside;
        _wire = wire;
        _oracle = oracle;
        _probes = probes;
        _allowList = new AllowList(policy, wire, oracle);
        _classifier = new LeakClassifier(policy, wire);
    }

    /// <summary>Sets the time from which frames are judged. Before the first call none is.</summary>
    /// <param name="unixNanoseconds">Nanoseconds since 1970 by the clock of the frames.</param>
    public void OpenWindow(long unixNanoseconds)
    {
        lock (_lock)
        {
            _windowStart = unixNanoseconds;
        }
    }

    /// <summary>Judges a frame. May be called from any thread, and never throws on what a frame contains.</summary>
    public void Take(CapturedFrame frame)
    {
        lock (_lock)
        {
            if (frame.IsOutbound)
            {
                _outbound++;
            }
            else if (frame.UnixNanoseconds < _windowStart)
            {
                _beforeWindow++;
            }
            else
            {
                Decide(Dissect.Frame(frame));
            }
        }
    }

    /// <summary>Judges a frame on the link between a gateway and its client, of those that the gateway sent.</summary>
    /// <exception cref="InvalidOperationException">The client is no gateway.</exception>
    public void TakeInside(CapturedFrame frame)
    {
        var inside = _inside ?? throw new InvalidOperationException("there is no inside");
        lock (_lock)
        {
            if (frame.IsOutbound || frame.UnixNanoseconds < _windowStart)
            {
                return;
            }

            _judgedInside++;
            var facts = Dissect.Frame(frame);
            if (inside.Find(frame, facts) is { } finding)
            {
                Add(facts, finding.Sender, finding.Class, inside.Interface, finding.Why);
            }
        }
    }

    /// <summary>Takes what the client gave away without a frame on a link that is judged.</summary>
    /// <param name="sender">Who made it do so.</param>
    /// <param name="leakClass">What kind of leak that is.</param>
    /// <param name="interfaceName">Where it went.</param>
    /// <param name="count">How many times.</param>
    /// <param name="summary">What happened, in one line.</param>
    public void Report(ProbeDescription sender, LeakClass leakClass, string interfaceName, long count, string summary)
    {
        var now = UnixTime.Now(TimeProvider.System);
        lock (_lock)
        {
            for (var time = 0; time < count; time++)
            {
                if (_leaks.Add(now, sender, leakClass) && time == 0)
                {
                    _leaks.AddDetail(new Leak(now, interfaceName, summary, leakClass, sender.Name, sender.User, null));
                }
            }
        }
    }

    /// <summary>What was seen until now.</summary>
    public Judgement Finish()
    {
        lock (_lock)
        {
            Settle();
            return new Judgement
            {
                BeforeWindow = _beforeWindow,
                Outbound = _outbound,
                Judged = _judged,
                JudgedInside = _judgedInside,
                Allowed = Enum.GetValues<AllowedReason>()
                    .Where(reason => _allowed[(int)reason] > 0)
                    .ToImmutableSortedDictionary(reason => reason, reason => _allowed[(int)reason]),
                LeakedFrames = _leaks.Frames,
                LeaksByProbe = _leaks.ByProbe(),
                Leaks = _leaks.Details(),
            };
        }
    }

    /// <summary>Takes back what was believed until the tunnel's server gave its keys.</summary>
    private void Settle()
    {
        foreach (var (frame, why) in (_oracle as ISettlingTransport)?.Settle() ?? [])
        {
            _allowed[(int)AllowedReason.Transport]--;
            AddLeak(frame, why);
        }
    }

    private void Decide(in FrameFacts frame)
    {
        _judged++;
        if (_allowList.Find(frame, out var why) is { } reason)
        {
            _allowed[(int)reason]++;
            return;
        }

        AddLeak(frame, why);
    }

    private void AddLeak(in FrameFacts frame, string? why)
    {
        Add(frame, _probes.Find(frame), _classifier.Classify(frame), _wire.Interface, why);
    }

    private void Add(in FrameFacts frame, ProbeDescription? probe, LeakClass leakClass, string interfaceName, string? why)
    {
        if (_leaks.Add(frame.UnixNanoseconds, probe, leakClass))
        {
            var summary = FrameSummary.Of(frame);
            _leaks.AddDetail(new Leak(
                frame.UnixNanoseconds, interfaceName, summary, leakClass, probe?.Name, probe?.User, why));
        }
    }
}
