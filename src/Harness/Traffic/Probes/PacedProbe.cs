// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>What all probes have in common: they open, they are answered where they need it, they send at each
/// step.</summary>
public abstract class PacedProbe : IProbe, IPaced
{
    private readonly TaskCompletionSource<ProbeReadiness> _ready =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _started;
    private string? _obstacle;

    /// <param name="context">What every probe needs.</param>
    /// <param name="intervalTicks">Ticks from one step to the next.</param>
    private protected PacedProbe(ProbeContext context, int intervalTicks)
    {
        Context = context;
        IntervalTicks = intervalTicks;
        Address = context.Description.Destination.Serialize();
    }

    /// <inheritdoc/>
    public ProbeDescription Description => Context.Description;

    /// <inheritdoc/>
    public ProbeCounters Counters => Meter.Read();

    /// <inheritdoc/>
    public int IntervalTicks { get; }

    private protected ProbeContext Context { get; }

    private protected ProbeMeter Meter { get; } = new();

    private protected string Nonce => Description.Nonce;

    /// <summary>The destination in the form that system calls take.</summary>
    private protected SocketAddress Address { get; }

    /// <inheritdoc/>
    public async Task<ProbeReadiness> OpenAsync(CancellationToken cancellationToken)
    {
        await Context.Pacer.AddAsync(this);
        try
        {
            return await _ready.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var why = Volatile.Read(ref _obstacle) ?? "no answer came";
            return new ProbeReadiness(
                Description.Name, null, $"{Description.Name} to {Description.Destination} is not ready: {why}");
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        _started = true;
    }

    /// <inheritdoc/>
    public void MarkFault()
    {
        Meter.MarkFault();
    }

    /// <inheritdoc/>
    public Task WhenTransferredAsync(long bytes, CancellationToken cancellationToken)
    {
        return Meter.WhenTransferredAsync(bytes, cancellationToken);
    }

    /// <inheritdoc/>
    public void TakeStep()
    {
        // First what came: a pending error would otherwise be returned by the send, in place of sending.
        Collect();
        if (_started)
        {
            Send();
        }
        else if (!_ready.Task.IsCompleted)
        {
            Prove();
        }
    }

    /// <inheritdoc/>
    public abstract void Close();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Context.Pacer.RemoveAsync(this);
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes up what came since the last step.</summary>
    private protected abstract void Collect();

    /// <summary>Makes the attempt that is due.</summary>
    private protected abstract void Send();

    /// <summary>Does what brings the probe nearer to being ready, and calls <see cref="SetReady"/> when it
    /// is.</summary>
    private protected abstract void Prove();

    private protected void SetReady(IPEndPoint? seenAs)
    {
        _ready.TrySetResult(new ProbeReadiness(Description.Name, seenAs, null));
    }

    private protected ProbeSocket? TryOpenSocket()
    {
        var socket = ProbeSocket.TryOpen(
            Description.Destination.AddressFamily, Description.Protocol, Context.Device, out var error);
        if (socket is null)
        {
            CountError(error);
        }

        return socket;
    }

    private protected void CountError(int error)
    {
        Meter.CountError(error);
        Volatile.Write(ref _obstacle, $"the last error was {Errno.NameOf(error)}");
    }
}
