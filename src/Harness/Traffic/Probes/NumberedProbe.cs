// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>A connected UDP probe that knows which of its datagrams were answered.</summary>
internal sealed class NumberedProbe : UdpConnectedProbe
{
    private readonly HashSet<long> _unanswered = [];
    private readonly TaskCompletionSource _allAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sent;
    private bool _isStopped;

    /// <param name="context">What every probe needs.</param>
    public NumberedProbe(ProbeContext context)
        : base(context, intervalTicks: 1)
    {
    }

    /// <summary>Completes when it was stopped and nothing is unanswered.</summary>
    public Task AllAnswered => _allAnswered.Task;

    /// <summary>Ends the sending; answers are still taken. Only on the probe's thread.</summary>
    public void Stop()
    {
        _isStopped = true;
        CompleteWhenAnswered();
    }

    /// <summary>What came of it so far. Only on the probe's thread.</summary>
    public TunnelPingResult Result()
    {
        long? firstLost = _unanswered.Count > 0 ? _unanswered.Min() : null;
        return new TunnelPingResult(_sent, _sent - _unanswered.Count, firstLost);
    }

    private protected override void Send()
    {
        if (!_isStopped)
        {
            _sent++;
            _unanswered.Add(Number);
            base.Send();
        }
    }

    private protected override void Prove()
    {
        // Not counted: whether the way works at all is found out with these.
        base.Send();
    }

    private protected override void OnReply(ReadOnlySpan<byte> datagram)
    {
        base.OnReply(datagram);
        if (PeerLine.TryParse(datagram, out _, out var length)
            && NoncePayload.TryReadDatagram(Nonce, datagram[length..], out var number))
        {
            _unanswered.Remove(number);
            CompleteWhenAnswered();
        }
    }

    private void CompleteWhenAnswered()
    {
        if (_isStopped && _unanswered.Count == 0)
        {
            _allAnswered.TrySetResult();
        }
    }
}
