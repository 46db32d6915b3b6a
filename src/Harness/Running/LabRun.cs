// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Labs.Containers;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// One run of a scenario in a lab of its own: lab, capture, firewall, tunnel, traffic, fault, window, judgement, in this
/// order. The control run differs in nothing but the firewall.
/// </summary>
internal sealed class LabRun : IAsyncDisposable
{
    private static readonly TimeSpan CounterDeadline = TimeSpan.FromSeconds(5);

    /// <summary>How long opening, or the first bytes of the transfers, may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Scenario _scenario;
    private readonly HostLab _lab;
    private readonly FirewallSession? _firewall;
    private readonly EgressPolicy _policy;
    private readonly string _folder;
    private readonly SocketTransport _sockets = new();
    private readonly LabTraffic _traffic;
    private LabServices? _services;
    private LabBlast? _blast;
    private LabApplications? _applications;
    private ITunnel? _tunnel;

    private LabRun(Scenario scenario, HostLab lab, FirewallFolder? firewall, string folder)
    {
        _scenario = scenario;
        _lab = lab;
        _folder = folder;
        var facts = FirewallFacts.Write(Path.Combine(folder, "client.conf"), localNet: "");
        _policy = ConfigurationFiles.Read(facts["LV_CONFIG"]).Policy
            ?? throw new InvalidOperationException("the lab's own configuration has errors");
        _firewall = firewall is null ? null : new FirewallSession(firewall, lab.Client, facts);
        _traffic = LabTraffic.Create(lab, scenario.UsesApplications);
    }

    /// <summary>Runs a scenario once. What goes wrong in the lab is evidence too: it makes the run say nothing.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="firewall">The firewall under test; null: the control run.</param>
    /// <param name="name">A name for the run's files.</param>
    /// <param name="settings">Where files go.</param>
    /// <param name="cancellation">Interrupts the run.</param>
    public static async Task<RunEvidence> ExecuteAsync(
        Scenario scenario, FirewallFolder? firewall, string name, RunSettings settings, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var folder = Directory.CreateDirectory(Path.Combine(settings.WorkFolder, name)).FullName;
        try
        {
            await using var lab = await HostLab.StartAsync(settings.Hosts, cancellation);
            var setUp = watch.Elapsed;
            await using var run = new LabRun(scenario, lab, firewall, folder);
            var evidence = await run.RunAsync(EvidenceFile(settings, name), cancellation);
            return evidence with { Duration = watch.Elapsed, LabSetUp = setUp };
        }
        catch (Exception exception) when (IsOfTheLab(exception) && !cancellation.IsCancellationRequested)
        {
            return RunEvidence.Failed(exception.Message, watch.Elapsed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _traffic.DisposeAsync();
        await (_blast?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_applications?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_tunnel?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<RunEvidence> RunAsync(string? captureFile, CancellationToken cancellation)
    {
        await (_firewall?.InstallAsync() ?? Task.CompletedTask);
        _services = await LabServices.StartAsync(_lab, _scenario.Tunnel, _scenario.UsesApplications, LabTraffic.Ports);
        _applications = _scenario.UsesApplications ? await LabApplications.OpenAsync(_lab, cancellation) : null;
        if (_scenario.Course == Course.FaultUnderBlast)
        {
            _blast = await LabBlast.OpenAsync(_lab, isControl: _firewall is null);
        }

        var judge = new Judge(_policy, Wire(), Oracle(), new ProbeBook(
            [.. _traffic.Descriptions, .. _applications?.Descriptions ?? [], .. _blast?.Descriptions ?? []]));
        var options = new CaptureOptions
        {
            Interface = HostLab.CapturePoint,
            BufferSize = _blast is null ? CaptureOptions.NormalBuffer : CaptureOptions.BlastBuffer,
            EvidencePath = captureFile,
        };
        await using var capture = await PacketCapture.StartAsync(_lab.Router.Root, options, judge.Take, TimeProvider.System);
        await using var counter = await FrameCounter.AttachAsync(
            _lab.Router.Root, capture, TimeProvider.System, CounterDeadline);

        var course = new RunCourse(_scenario, judge);
        var problem = await FollowCourseAsync(course, cancellation);
        return await CloseAsync(course, capture, counter, problem) with { CaptureFile = captureFile };
    }

    /// <returns>Null, or why the run says nothing.</returns>
    private async Task<string?> FollowCourseAsync(RunCourse course, CancellationToken cancellation)
    {
        var isLate = course.IsFirewallLate;
        if (!isLate && await StartFirewallAsync(cancellation) is { } failure)
        {
            return failure;
        }

        if (isLate)
        {
            await PrepareLateAsync();
        }
        else
        {
            course.OpenWindow();
            _tunnel = await StartTunnelAsync(cancellation);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var problem = await _traffic.StartAsync(_scenario.Course, patience.Token)
                ?? (_blast is null ? null : await _blast.StartAsync(patience.Token));
            if (problem is not null)
            {
                return problem;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the transfers did not get going within {Patience.TotalSeconds:0} s";
        }

        return await StrikeAsync(course, cancellation);
    }

    private async Task<string?> StrikeAsync(RunCourse course, CancellationToken cancellation)
    {
        if (_applications is not null && await _applications.StartAsync(isControl: _firewall is null, cancellation) is { } problem)
        {
            return problem;
        }

        _applications?.MarkFault();
        _traffic.MarkFault();
        course.MarkFault();
        var context = new FaultContext(_lab, _tunnel, _scenario.Tunnel, _firewall);
        if (await _scenario.Fault.StrikeAsync(context, cancellation) is { } failure)
        {
            return failure;
        }

        if (course.IsFirewallLate)
        {
            // From here on it claims to be closed; what left before is not held against it.
            course.OpenWindow();
        }

        await Task.Delay(_scenario.Window, TimeProvider.System, cancellation);
        return null;
    }

    private async Task<RunEvidence> CloseAsync(
        RunCourse course, PacketCapture capture, FrameCounter counter, string? problem)
    {
        var blast = _blast is null ? default : await _blast.StopAsync();
        IReadOnlyList<(ProbeDescription, ProbeCounters)> counters = [.. _traffic.Read(), .. _applications?.Read() ?? []];

        // Resetting connections is traffic as well, so it happens before the capture closes.
        await _traffic.DisposeAsync();
        var reconciliation = await counter.ReconcileAsync();
        var result = await capture.StopAsync();
        problem ??= result.Problem
            ?? (result.IsComplete ? null : $"the capture is incomplete: {result.Received} received, {result.Delivered} delivered, {result.KernelDropped + result.InterfaceDropped} dropped")
            ?? reconciliation.Problem;
        return course.Evidence(problem, result, counters, blast.Ping, blast.Blasts);
    }

    private Task<string?> StartFirewallAsync(CancellationToken cancellation)
    {
        return _firewall?.UpAsync(cancellation) ?? Task.FromResult<string?>(null);
    }

    private async Task PrepareLateAsync()
    {
        if (_scenario.Course != Course.FirewallStartedLateTracked)
        {
            return;
        }

        // Any rule that asks for a connection's state makes the kernel track all of the namespace's connections.
        const string rules = "table inet lab_tracking { chain output { type filter hook output priority -400; ct state new counter; }; }\n";
        (await ChildProcess.RunAsync(_lab.Client.Root, ["nft", "-f", "-"], input: rules)).ThrowIfFailed();
    }

    private async Task<ITunnel> StartTunnelAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return _scenario.Tunnel == TunnelKind.OpenVpnReal
                ? await OpenVpnRealTunnel.StartAsync(_lab, Path.Combine(_folder, "openvpn"), _sockets, patience.Token)
                : await OutOfBandTunnel.StartAsync(_lab, _scenario.Routes, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TunnelException($"the tunnel did not come up within {Patience.TotalSeconds:0} s");
        }
    }

    private static WireFacts Wire()
    {
        return new WireFacts
        {
            Interface = HostLab.PhysicalInterface,
            OnLink = [.. LabAddresses.Lan],
            OwnAddresses = [.. LabAddresses.Client.Both],
            ClientMac = MacAddress.Read(Convert.FromHexString(LabAddresses.ClientMac.Replace(":", "", StringComparison.Ordinal))),
            TunnelAddresses = [.. LabAddresses.TunnelClient.Both],
        };
    }

    private ITransportOracle Oracle()
    {
        return _scenario.Tunnel == TunnelKind.OpenVpnReal ? _sockets : new NoTransport();
    }

    private static string? EvidenceFile(RunSettings settings, string name)
    {
        return settings.EvidenceFolder is null ? null : Path.Combine(settings.EvidenceFolder, name + ".pcap");
    }

    private static bool IsOfTheLab(Exception exception)
    {
        return exception is SystemCallException or CommandFailedException or ContainerException or TunnelException or CaptureException
            or IOException or TimeoutException or System.Net.Sockets.SocketException
            or System.ComponentModel.Win32Exception or UnauthorizedAccessException;
    }
}
