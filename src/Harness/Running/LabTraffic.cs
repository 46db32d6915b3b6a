// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running;

/// <summary>The probes of a run, and the proof that they worked before the fault.</summary>
internal sealed class LabTraffic : IAsyncDisposable
{
    /// <summary>How much both directions of every transfer carry before the fault: it strikes in the middle.</summary>
    private const long BytesBeforeFault = 32 * 1024;

    /// <summary>A user that is neither root nor the tunnel's.</summary>
    private const uint OtherUser = 65534;

    private const string Transfer = "tcp-established";

    /// <summary>What the names of probes of a family end with.</summary>
    private static readonly string[] Families = ["-v4", "-v6"];

    /// <summary>Probes that need a flow that was answered.</summary>
    private static readonly string[] NeedFlows = [Transfer, "udp-connected"];

    /// <summary>Probes that are answered through the tunnel and nowhere else while it is up.</summary>
    private static readonly string[] ThroughTunnel =
        [.. NeedFlows, "tcp-new", "udp-unconnected", "dns-udp-public", "dns-tcp-public", "icmp-echo"];

    /// <summary>How long opening, or the first bytes of the transfers, may take, on a machine that does other work too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How much longer the other address family may take where a firewall may refuse it as a whole.</summary>
    private static readonly TimeSpan OtherFamily = TimeSpan.FromSeconds(5);

    /// <summary>The same where no answer is expected, because a firewall is in the way.</summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(1);

    private readonly ProbeSet _probes;
    private ImmutableHashSet<string> _unready = [];

    private LabTraffic(ProbeSet probes)
    {
        _probes = probes;
    }

    /// <summary>The ports of all services and probes.</summary>
    public static ProbePorts Ports { get; } = new() { Vpn = LabAddresses.VpnPort };

    /// <summary>The flows that were answered before the fault.</summary>
    public ImmutableArray<ProbeReadiness> Canaries { get; private set; } = [];

    /// <summary>Families (<c>-v4</c>, <c>-v6</c>) that the firewall keeps out of the tunnel too.</summary>
    public ImmutableArray<string> RefusedFamilies { get; private set; } = [];

    /// <summary>Who sends.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions => _probes.Descriptions;

    /// <summary>Builds the probes; nothing is sent yet.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="hasRealRelay">Whether a real Tor relay has the VPN's port over TCP, so that no probe is for it.</param>
    public static LabTraffic Create(HostLab lab, bool hasRealRelay)
    {
        return new LabTraffic(ProbeSet.Create(new ProbePlan
        {
            User = lab.Used.Root,
            Unprivileged = lab.Used.As(OtherUser),
            PhysicalInterface = HostLab.PhysicalInterface,
            Targets = [Targets(pair => pair.IPv4), Targets(pair => pair.IPv6)],
            Ports = Ports,
            Wanted = probe => !hasRealRelay || !probe.Name.StartsWith("tor-same-port-tcp", StringComparison.Ordinal),
        }));
    }

    /// <summary>Opens the probes and has the transfers run.</summary>
    /// <param name="way">The way that the traffic must take before the fault.</param>
    /// <param name="cancellation">Interrupts.</param>
    /// <returns>Null, or why the traffic does not show what it must.</returns>
    public async Task<string?> StartAsync(TrafficWay way, CancellationToken cancellation)
    {
        if (way == TrafficWay.Attempted)
        {
            await OpenAsync(ShortPatience, way, cancellation);
            _probes.Start();
            return null;
        }

        var opened = await OpenAsync(Patience, way, cancellation);
        Canaries = [.. opened.Where(readiness => readiness.SeenAs is not null)];
        RefusedFamilies = way == TrafficWay.TunnelledOrRefused ? [.. Families.Where(IsRefusedAsAWhole)] : [];
        var failed = opened.Where(readiness => readiness.Problem is not null && !RefusedFamilies.Any(readiness.Probe.EndsWith));
        if (failed.FirstOrDefault() is { } first)
        {
            return $"{first.Probe} did not work before the fault: {first.Problem}";
        }

        if (Canaries.IsEmpty)
        {
            return "nothing passed the tunnel before the fault";
        }

        var expected = way == TrafficWay.Clear ? LabAddresses.Client : LabAddresses.TunnelClient;
        if (Canaries.FirstOrDefault(canary => !expected.Both.Contains(canary.SeenAs!.Address)) is { } astray)
        {
            return $"{astray.Probe} did not go through the tunnel before the fault: the server saw {astray.SeenAs}";
        }

        _probes.Start();
        return await TransferAsync(cancellation);
    }

    /// <summary>
    /// Whether all that the firewall keeps out of the tunnel is still kept out: a probe of such a family that was answered
    /// would mean that the lab, not the firewall, was in the way.
    /// </summary>
    /// <returns>Null, or which probe was answered.</returns>
    public string? RecheckRefusedFamilies()
    {
        var answered = _probes.Probes.FirstOrDefault(probe =>
            RefusedFamilies.Any(probe.Description.Name.EndsWith)
            && ThroughTunnel.Contains(probe.Description.Name[..^3])
            && probe.Counters.Replies > 0);
        return answered is null
            ? null
            : $"{answered.Description.Name} passed the tunnel although no flow of its family could be opened";
    }

    /// <summary>From now on is after the fault.</summary>
    public void MarkFault() => _probes.MarkFault();

    /// <summary>What every probe did, before it is closed.</summary>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read()
    {
        return [.. _probes.Probes.Select(probe => (probe.Description, probe.Counters))];
    }

    public ValueTask DisposeAsync() => _probes.DisposeAsync();

    private async Task<IReadOnlyList<ProbeReadiness>> OpenAsync(TimeSpan patience, TrafficWay way, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(patience);
        var opening = _probes.Probes.ToDictionary(probe => probe.Description.Name, probe => probe.OpenAsync(deadline.Token));
        if (way == TrafficWay.TunnelledOrRefused)
        {
            await Task.WhenAny(Families.Select(family => Task.WhenAll(
                opening.Where(probe => probe.Key.EndsWith(family, StringComparison.Ordinal)).Select(probe => probe.Value))));
            deadline.CancelAfter(OtherFamily);
        }

        var opened = await Task.WhenAll(opening.Values);
        cancellation.ThrowIfCancellationRequested();
        _unready = [.. opened.Where(readiness => !readiness.IsReady).Select(readiness => readiness.Probe)];
        return opened;
    }

    /// <summary>Whether none of the flows that must be opened first could be opened in the family.</summary>
    private bool IsRefusedAsAWhole(string family)
    {
        return NeedFlows.All(name => _unready.Contains(name + family));
    }

    private async Task<string?> TransferAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(_probes.Probes
                .Where(probe => IsTransfer(probe) && !_unready.Contains(probe.Description.Name))
                .Select(probe => probe.WhenTransferredAsync(BytesBeforeFault, patience.Token)));
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the transfers did not get going within {Patience.TotalSeconds:0} s";
        }
    }

    private static bool IsTransfer(IProbe probe)
    {
        return probe.Description.Name.StartsWith(Transfer, StringComparison.Ordinal);
    }

    private static ProbeTargets Targets(Func<AddressPair, IPAddress> family)
    {
        return new ProbeTargets(
            family(LabAddresses.InternetServer), family(LabAddresses.LanResolver), family(LabAddresses.VpnServer));
    }
}
