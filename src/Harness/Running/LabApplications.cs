// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Applications;
using LeakVerifier.Harness.Traffic.Services;

namespace LeakVerifier.Harness.Running;

/// <summary>Real applications on the client, and what they talk to.</summary>
internal sealed class LabApplications : IAsyncDisposable
{
    /// <summary>A port of the real Tor relay that nothing else has.</summary>
    private const int RelayPort = 9101;

    /// <summary>Applications start slowly where many labs run side by side.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LabHost _client;
    private readonly DownloadService _downloads;
    private readonly TorRelay _relay;
    private readonly IReadOnlyList<Application> _applications;
    private readonly List<RunningApplication> _running = [];

    private LabApplications(LabHost client, DownloadService downloads, TorRelay relay)
    {
        _client = client;
        _downloads = downloads;
        _relay = relay;
        _applications = ApplicationCatalogue.For(new ApplicationTargets
        {
            Internet = [.. LabAddresses.InternetServer.Both],
            LanResolver = LabAddresses.LanResolver.IPv4,
            Relay = Relay(RelayPort),
            RelayOnVpnPort = Relay(LabAddresses.VpnPort),
            RelayFingerprint = relay.Fingerprint,
        });
    }

    /// <summary>Who sends.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. _applications.Select(application => application.Description)];

    /// <summary>Starts the servers; no application runs yet.</summary>
    public static async Task<LabApplications> OpenAsync(HostLab lab, CancellationToken cancellation)
    {
        var downloads = await DownloadService.StartAsync(
            lab.Internet.Root, [.. LabAddresses.InternetServer.Both], ApplicationCatalogue.DownloadPort);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            var relay = await TorRelay.StartAsync(lab.VpnServer.Programs, [Relay(RelayPort), Relay(LabAddresses.VpnPort)], patience.Token);
            return new LabApplications(lab.Client, downloads, relay);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await downloads.DisposeAsync();
            throw new TimeoutException($"the Tor relay did not start within {Patience.TotalSeconds:0} s");
        }
        catch
        {
            await downloads.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the applications and waits until each does what it is to do.</summary>
    /// <param name="isControl">Whether nothing keeps them from going beside the tunnel, so that those that do so must work
    /// too.</param>
    /// <param name="cancellation">Interrupts.</param>
    /// <returns>Null, or which one does not work.</returns>
    public async Task<string?> StartAsync(bool isControl, CancellationToken cancellation)
    {
        _running.AddRange(await Task.WhenAll(
            _applications.Select(application => RunningApplication.StartAsync(_client.Programs, application))));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var problems = await Task.WhenAll(_running.Select(running => running.WaitForAsync(
            isControl || running.Application.MustWork ? Application.Done : Application.Try, patience.Token)));
        cancellation.ThrowIfCancellationRequested();
        return problems.FirstOrDefault(problem => problem is not null);
    }

    /// <summary>From now on is after the fault.</summary>
    public void MarkFault() => _running.ForEach(running => running.MarkFault());

    /// <summary>What every application did.</summary>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read()
    {
        return [.. _running.Select(running => (running.Application.Description, running.Read()))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running)
        {
            await running.DisposeAsync();
        }

        await _relay.DisposeAsync();
        await _downloads.DisposeAsync();
    }

    private static IPEndPoint Relay(int port) => new(LabAddresses.VpnServer.IPv4, port);
}
