// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic;

/// <summary>
/// Sends datagrams as fast as one thread can, to find the moment in which a reload of the rules lets one out. It takes
/// all that is left of a core, but nothing that others want: what it sends at must not be slower for it.
/// </summary>
public sealed class UdpBlast : IAsyncDisposable
{
    /// <summary>Calls between two looks at the clock.</summary>
    private const int CallsPerLook = 256;

    /// <summary>The priority that yields to all others (sched(7)).</summary>
    private const int LowestPriority = 19;

    private readonly ProbeSocket _socket;
    private readonly UdpBlastLimits _limits;
    private readonly TimeProvider _timeProvider;
    private readonly TaskCompletionSource<UdpBlastResult> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isStopping;
    private bool _isStarted;
    private long _attempts;

    private UdpBlast(ProbeSocket socket, ProbeDescription description, UdpBlastLimits limits, TimeProvider timeProvider)
    {
        _socket = socket;
        _limits = limits;
        _timeProvider = timeProvider;
        Description = description;
    }

    /// <summary>Who sends what where.</summary>
    public ProbeDescription Description { get; }

    /// <summary>Send calls made so far.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>Completes when the blast ends, by a limit or because it was stopped.</summary>
    public Task<UdpBlastResult> Completion => _done.Task;

    /// <summary>Opens a socket; <see cref="Start"/> begins to send.</summary>
    /// <param name="thread">Gives the namespace and the user.</param>
    /// <param name="destination">Where to; no other probe may send there.</param>
    /// <param name="device">The interface that it is bound to (SO_BINDTODEVICE); null: routes decide.</param>
    /// <param name="limits">When it ends by itself.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="SystemCallException">The socket cannot be opened.</exception>
    public static async Task<UdpBlast> OpenAsync(
        NamespaceThread thread, IPEndPoint destination, string? device, UdpBlastLimits limits, TimeProvider timeProvider)
    {
        var socket = await thread.RunAsync(() =>
            ProbeSocket.TryOpen(destination.AddressFamily, ProbeProtocol.Udp, device, out var error)
            ?? throw new SystemCallException($"opening a socket for a blast to {destination}", error));
        var name = "udp-blast" + ProbeDescriptions.SuffixOf(destination.AddressFamily);
        var description = ProbeDescriptions.Create(name, thread, ProbeProtocol.Udp, destination);
        return new UdpBlast(socket, description, limits, timeProvider);
    }

    /// <summary>Begins to send. Call it once.</summary>
    public void Start()
    {
        _isStarted = true;
        new Thread(Run) { Name = Description.Name, IsBackground = true }.Start();
    }

    /// <summary>Ends the blast.</summary>
    public Task<UdpBlastResult> StopAsync()
    {
        _isStopping = true;
        if (!_isStarted)
        {
            _done.TrySetResult(new UdpBlastResult(0, new Dictionary<string, long>(), TimeSpan.Zero));
        }

        return _done.Task;
    }

    /// <summary>Ends the blast and closes its socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _socket.Dispose();
    }

    private void Run()
    {
        const int ofThread = 0; // PRIO_PROCESS, which on Linux is of a thread
        _ = LibC.setpriority(ofThread, 0, LowestPriority);
        var address = Description.Destination.Serialize();
        var datagram = new byte[NoncePayload.DatagramLength];
        var errors = new Dictionary<int, long>();
        var begun = _timeProvider.GetTimestamp();
        var attempts = 0L;
        while (!_isStopping && attempts < _limits.Attempts
            && (attempts % CallsPerLook != 0 || _timeProvider.GetElapsedTime(begun) < _limits.Duration))
        {
            NoncePayload.WriteDatagram(Description.Nonce, attempts, datagram);
            Interlocked.Exchange(ref _attempts, ++attempts);
            var sent = _socket.SendTo(datagram, address);
            if (!sent.Succeeded)
            {
                errors[sent.Error] = errors.GetValueOrDefault(sent.Error) + 1;
            }
        }

        var named = errors.ToDictionary(e => Errno.NameOf(e.Key), e => e.Value, StringComparer.Ordinal);
        _done.SetResult(new UdpBlastResult(attempts, named, _timeProvider.GetElapsedTime(begun)));
    }
}
