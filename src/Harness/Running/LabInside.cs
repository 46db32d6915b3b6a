// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// The link between a gateway and the workstation behind it: a capture at the workstation, and a neighbour outside who
/// sends to the workstation unasked.
/// </summary>
internal sealed class LabInside : IAsyncDisposable
{
    private readonly LabHost _workstation;
    private readonly Pacer _pacer;
    private readonly IReadOnlyList<PacedProbe> _intruders;
    private LabCapture? _capture;

    /// <param name="lab">A lab with a workstation.</param>
    public LabInside(HostLab lab)
    {
        _workstation = lab.Workstation!;
        _pacer = new Pacer(lab.Router.Root.RunAsync, Pacer.ProbeTick, TimeProvider.System);
        _intruders = GatewayIntruders.Create(lab.Router, _pacer);
        Watch = new InsideWatch(
            InternalNetwork.Interface, LabAddresses.Client.Both, _intruders.Select(intruder => intruder.Description));
    }

    /// <summary>What must not come in.</summary>
    public InsideWatch Watch { get; }

    /// <summary>Captures at the workstation.</summary>
    public async Task StartCaptureAsync(CaptureOptions options, Action<CapturedFrame> onFrame)
    {
        _capture = await LabCapture.StartAsync(
            _workstation, options with { Interface = HostLab.PhysicalInterface }, onFrame);
    }

    /// <summary>Lets the neighbour send.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var intruder in _intruders)
        {
            await intruder.OpenAsync(cancellation);
            intruder.Start();
        }
    }

    /// <summary>From now on is after the fault.</summary>
    public void MarkFault()
    {
        foreach (var intruder in _intruders)
        {
            intruder.MarkFault();
        }
    }

    /// <summary>Ends the sending and closes the capture.</summary>
    /// <returns>Why the capture does not hold every frame; null: it does.</returns>
    public async Task<string?> CloseAsync()
    {
        foreach (var intruder in _intruders)
        {
            await intruder.DisposeAsync();
        }

        var end = _capture is null ? null : await _capture.CloseAsync();
        return end?.Problem is { } problem ? $"inside: {problem}" : null;
    }

    /// <summary>What each did that is looked for inside.</summary>
    /// <param name="judged">Frames that were searched for the gateway's addresses: each is an occasion to show them. What
    /// that tells holds for the whole run, whenever the fault struck.</param>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read(long judged)
    {
        var searched = new ProbeCounters(judged, judged, 0, 0, 0, 0, new Dictionary<string, long>());
        return
        [
            .. _intruders.Select(intruder => (intruder.Description, intruder.Counters)),
            .. Watch.ExternalAddresses.Select(address => (address, searched)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var intruder in _intruders)
        {
            await intruder.DisposeAsync();
        }

        await _pacer.DisposeAsync();
        await (_capture?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
