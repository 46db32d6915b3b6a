// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Running;

/// <summary>The far end of a second uplink: a capture of its own, and the same policy for what is seen there.</summary>
internal sealed class LabUplink : IAsyncDisposable
{
    private readonly LabHost _router;
    private LabCapture? _capture;

    /// <param name="lab">A lab with a second uplink.</param>
    /// <param name="policy">What may leave.</param>
    /// <param name="oracle">Who knows the tunnel's own frames.</param>
    /// <param name="probes">Who sends.</param>
    public LabUplink(HostLab lab, EgressPolicy policy, ITransportOracle oracle, ProbeBook probes)
    {
        _router = lab.Router;
        Judge = new Judge(policy, Wire, oracle, probes);
    }

    /// <summary>Holds what is seen there against the policy.</summary>
    public Judge Judge { get; }

    private static WireFacts Wire => new()
    {
        Interface = SecondUplink.ClientInterface,
        OnLink = [.. LabAddresses.Uplink],
        OwnAddresses = [.. LabAddresses.UplinkClient.Both],
        ClientMac = MacAddress.Parse(LabAddresses.UplinkClientMac),
        TunnelAddresses = [.. LabAddresses.TunnelClient.Both],
    };

    /// <summary>Captures there.</summary>
    public async Task StartCaptureAsync(CaptureOptions options)
    {
        _capture = await LabCapture.StartAsync(_router, options with { Interface = SecondUplink.CapturePoint }, Judge.Take);
    }

    /// <summary>Closes the capture.</summary>
    /// <returns>Why it does not hold every frame; null: it does.</returns>
    public async Task<string?> CloseAsync()
    {
        var end = _capture is null ? null : await _capture.CloseAsync();
        return end?.Problem is { } problem ? $"second uplink: {problem}" : null;
    }

    public ValueTask DisposeAsync() => _capture?.DisposeAsync() ?? ValueTask.CompletedTask;
}
