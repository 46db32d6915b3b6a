// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Diagnostics;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running.Actors;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Harness.Running;

/// <summary>
/// One run of a scenario in a lab of its own: lab, capture, firewall, tunnel, traffic, fault, window, judgement, in this
/// order. The control run differs in nothing but the firewall.
/// </summary>
internal sealed class LabRun : IAsyncDisposable
{
    /// <summary>How long a tunnel, a first answer or a server's obedience may take, on a machine that does other work too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a queue may take for what was given to it before nobody sent any more.</summary>
    private static readonly TimeSpan QueuePatience = TimeSpan.FromSeconds(1);

    private static readonly SemaphoreSlim LabStarts = new(1);

    private readonly Scenario _scenario;
    private readonly HostLab _lab;
    private readonly FirewallSession? _firewall;
    private readonly FirewallImage? _image;
    private readonly bool _isControl;
    private readonly EgressPolicy _policy;
    private readonly string _folder;
    private readonly TunnelChoice _tunnelChoice;
    private readonly LabTraffic _traffic;
    private readonly LabInside? _inside;
    private readonly LabActors _actors;
    private LabUplink? _uplink;
    private LabServices? _services;
    private LabBlast? _blast;
    private LabApplications? _applications;
    private ITunnel? _tunnel;
    private RouterSolicitations? _solicitations;

    private LabRun(Scenario scenario, HostLab lab, FirewallUnderTest? firewall, string folder)
    {
        _scenario = scenario;
        _lab = lab;
        _folder = folder;
        var facts = FirewallFacts.Write(
            Path.Combine(folder, "client.conf"), scenario.Clear, scenario.Topology, scenario.Transport);
        _policy = ConfigurationFiles.Read(facts["LV_CONFIG"]).Policy
            ?? throw new InvalidOperationException("the lab's own configuration has errors");
        _isControl = firewall is null;
        _firewall = firewall is FirewallFolder programs ? new FirewallSession(programs, lab.Client, facts) : null;
        _image = firewall as FirewallImage;
        _traffic = LabTraffic.Create(lab, scenario.UsesApplications);
        _inside = lab.Workstation is null ? null : new LabInside(lab);
        _actors = new LabActors(lab, scenario.Actors);
        _tunnelChoice = new TunnelChoice(scenario, _image);
    }

    /// <summary>Runs a scenario once. What goes wrong in the lab is evidence too: it makes the run say nothing.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="firewall">The firewall under test; null: the control run.</param>
    /// <param name="name">A name for the run's files.</param>
    /// <param name="settings">Where files go.</param>
    /// <param name="cancellation">Interrupts the run.</param>
    public static async Task<RunEvidence> ExecuteAsync(
        Scenario scenario, FirewallUnderTest? firewall, string name, RunSettings settings, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var folder = new RunFolder(settings, name);
        RunEvidence? evidence = null;
        try
        {
            var lab = await StartLabAsync(settings.Hosts, scenario, cancellation);
            await using var ofLab = lab;
            await using var run = new LabRun(scenario, lab, firewall, folder.Path);
            evidence = await run.RunAsync(new EvidenceFiles(settings.EvidenceFolder, name), cancellation);
            evidence = await run.ProveRulesAsync(evidence, settings.RulesAtEnd) with { Duration = watch.Elapsed, LabSetUp = lab.SetUp };
        }
        catch (Exception exception) when (LabFailures.Include(exception))
        {
            // What was seen before the lab failed to go away was seen.
            if (evidence is not null)
            {
                return evidence with { Problem = evidence.Problem ?? exception.Message };
            }

            // Whoever ends a lab's programs ends them at any step, which then fails in its own way.
            cancellation.ThrowIfCancellationRequested();
            return RunEvidence.Failed(exception.Message, watch.Elapsed);
        }

        return evidence;
    }

    /// <summary>Makes a lab. One after the other: they want the same locks of the kernel, and each would wait for the others.</summary>
    private static async Task<HostLab> StartLabAsync(
        IHostSource hosts, Scenario scenario, CancellationToken cancellation)
    {
        // An out-of-band tunnel is the harness's own, at both ends.
        var isServed = scenario.Tunnel != TunnelKind.OutOfBand || scenario.UsesApplications;
        HostRole[] used = [HostRole.Client, HostRole.Workstation];
        HostRole[] programs = isServed ? [.. used, HostRole.VpnServer] : used;
        using var turn = await Turn.TakeAsync(LabStarts, cancellation);
        return await HostLab.StartAsync(hosts, scenario.Topology, programs, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _traffic.DisposeAsync();
        await _actors.DisposeAsync();
        await (_inside?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_uplink?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_firewall?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_blast?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_applications?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_tunnel?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_solicitations?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<RunEvidence> RunAsync(EvidenceFiles files, CancellationToken cancellation)
    {
        await (_firewall?.InstallAsync() ?? Task.CompletedTask);
        _services = await LabServices.StartAsync(_lab, _scenario, LabTraffic.Ports);
        _applications = _scenario.UsesApplications ? await LabApplications.OpenAsync(_lab, cancellation) : null;
        if (_scenario.Course == Course.FaultUnderBlast)
        {
            _blast = await LabBlast.OpenAsync(_lab, isControl: _isControl);
        }

        var probes = new ProbeBook(
            [.. _traffic.Descriptions, .. _actors.Descriptions, .. _applications?.Descriptions ?? [], .. _blast?.Descriptions ?? []]);
        var judge = new Judge(_policy, Wire(), _tunnelChoice.Transport, probes, _inside?.Watch);
        if (_scenario.Topology == Topology.TwoUplinks)
        {
            _uplink = new LabUplink(_lab, _policy, _tunnelChoice.Transport, probes);
        }

        var options = new CaptureOptions
        {
            Interface = HostLab.CapturePoint,
            BufferSize = _blast is null ? CaptureOptions.NormalBuffer : CaptureOptions.BlastBuffer,
            EvidencePath = files.Capture,
        };
        await using var capture = await LabCapture.StartAsync(_lab.Router, options, judge.Take);
        await (_inside?.StartCaptureAsync(options with { EvidencePath = files.InsideCapture }, judge.TakeInside) ?? Task.CompletedTask);
        await (_uplink?.StartCaptureAsync(options with { EvidencePath = files.UplinkCapture }) ?? Task.CompletedTask);

        _solicitations = await RouterSolicitations.StartAsync(_lab.Router);
        var course = new RunCourse(_scenario, judge, _uplink?.Judge, TimeProvider.System);
        var problem = await FollowCourseAsync(course, cancellation);
        var unkept = await files.KeepStateAsync(_lab.Client, _tunnel);
        problem ??= unkept;
        return await CloseAsync(course, judge, capture, problem) with { CaptureFile = files.Capture };
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
            // An image loads its rules by itself, when it likes; that it has come as far shows when its tunnel is up.
            if (_image is null)
            {
                course.OpenWindow();
            }

            _tunnel = await StartTunnelAsync(cancellation);
            if (_image is not null)
            {
                course.OpenWindow();
            }
        }

        await (_inside?.StartAsync(cancellation) ?? Task.CompletedTask);
        var way = TrafficWays.Of(_scenario.Course, !_isControl);
        return await _traffic.StartAsync(way, cancellation)
            ?? await StartBlastAsync(cancellation)
            ?? _traffic.RecheckRefusedFamilies()
            ?? await _actors.OpenAsync(_traffic.RefusedFamilies, cancellation)
            ?? await StrikeAsync(course, cancellation);
    }

    private async Task<string?> StrikeAsync(RunCourse course, CancellationToken cancellation)
    {
        if (_applications is not null && await _applications.StartAsync(isControl: _isControl, cancellation) is { } problem)
        {
            return problem;
        }

        _applications?.MarkFault();
        _traffic.MarkFault();
        _inside?.MarkFault();
        course.MarkFault();
        _actors.Start();
        var context = new FaultContext(_lab, _tunnel, _scenario.Tunnel, _firewall);
        if (await _scenario.Fault.StrikeAsync(context, cancellation) is { } failure)
        {
            return failure;
        }

        // The window is one after the fault, so it begins when all that was to be broken is.
        await ((_tunnel as OpenVpnTunnel)?.WaitUntilObeyedAsync(Patience, cancellation) ?? Task.CompletedTask);
        if (course.IsFirewallLate)
        {
            // From here on it claims to be closed; what left before is not held against it.
            course.OpenWindow();
        }

        await Task.Delay(_scenario.Window, TimeProvider.System, cancellation);
        return null;
    }

    private async Task<RunEvidence> CloseAsync(RunCourse course, Judge judge, LabCapture capture, string? problem)
    {
        var blast = _blast is null ? default : await _blast.StopAsync();
        IReadOnlyList<(ProbeDescription, ProbeCounters)> counters = [.. _traffic.Read(), .. await _actors.StopAsync(judge), .. _applications?.Read() ?? []];

        // Resetting connections is traffic as well, so it happens before the capture closes.
        await _traffic.DisposeAsync();
        await (_solicitations?.DisposeAsync() ?? ValueTask.CompletedTask);
        problem ??= await HeldBackAsync();
        var inside = _inside is null ? null : await _inside.CloseAsync();
        var uplink = _uplink is null ? null : await _uplink.CloseAsync();
        var end = await capture.CloseAsync();
        var evidence = course.Evidence(problem ?? end.Problem ?? inside ?? uplink ?? _firewall?.WatchProblem, counters, _inside, blast.Ping, blast.Blasts);
        return evidence with
        {
            Problem = evidence.Problem ?? SilentClient(evidence) ?? (_tunnelChoice.Account is { IsIncomplete: true } ? "the server forgot some of its keys" : null),
            ServerActions = _tunnel is OpenVpnTunnel openVpn ? ServerActions.Of(openVpn.Server) : null,
            TransportPackets = _tunnelChoice.Account?.Totals.ToImmutableDictionary(),
            Capture = end.Result,
            Reconciliation = end.Reconciliation,
            Canaries = _traffic.Canaries,
            RefusedFamilies = _traffic.RefusedFamilies,
            IsIPv6Disabled = !await _lab.Client.HasIPv6Async(ITunnel.Interface),
        };
    }

    /// <summary>A queue that sends slowly, or never, keeps leaks from the capture, and from nobody who waits longer.</summary>
    private async Task<string?> HeldBackAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        long waiting;
        while ((waiting = await _lab.Client.Root.RunAsync(() => WaitingFrames.Count(ITunnel.Interface))) > 0)
        {
            if (TimeProvider.System.GetElapsedTime(began) > QueuePatience)
            {
                return $"{waiting} frames still wait in a queue of the client's, so that it is not shown what they are";
            }

            // The kernel tells nobody when a queue is empty.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return null;
    }

    /// <summary>Where no tunnel comes up, it is the client's own packets that show that it tried.</summary>
    private string? SilentClient(RunEvidence evidence)
    {
        var hasTried = evidence.Judgement!.Allowed.GetValueOrDefault(AllowedReason.Transport) > 0;
        return _scenario.Course == Course.WhileConnecting && !hasTried ? "the VPN's client sent nothing to its server" : null;
    }

    private async Task<RunEvidence> ProveRulesAsync(RunEvidence evidence, RulesAtEnd rules)
    {
        if (evidence.Problem is not null || _firewall is null || !RulesAtEnd.AreOfTheFirewall(_scenario.Fault))
        {
            return evidence;
        }

        try
        {
            return evidence with { RulesAtEnd = await rules.ProveAsync(_lab.Client, _policy, ProofCase.Of(_scenario)) };
        }
        catch (Exception exception) when (exception is RulesetUnavailableException or RulesetFormatException)
        {
            return evidence with { Problem = "the rules at its end cannot be read: " + exception.Message };
        }
    }

    private Task<string?> StartFirewallAsync(CancellationToken cancellation)
    {
        return _firewall?.UpAsync(cancellation) ?? Task.FromResult<string?>(null);
    }

    private async Task<string?> StartBlastAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        return _blast is null ? null : await _blast.StartAsync(patience.Token);
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
            return await _tunnelChoice.StartAsync(_lab, Path.Combine(_folder, "tunnel"), patience.Token);
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
            ClientMac = MacAddress.Parse(LabAddresses.ClientMac),
            TunnelAddresses = [.. LabAddresses.TunnelClient.Both],
        };
    }
}
