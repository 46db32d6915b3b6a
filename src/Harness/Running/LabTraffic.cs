// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Running;

/// <summary>The probes of a run, and the proof that they worked before the fault.</summary>
internal sealed class LabTraffic : IAsyncDisposable
{
    /// <summary>How much both directions of every transfer carry before the fault: it strikes in the middle.</summary>
    private const long BytesBeforeFault = 64 * 1024;

    /// <summary>A user that is neither root nor the tunnel's.</summary>
    private const uint OtherUser = 65534;

    private readonly ProbeSet _probes;

    private LabTraffic(ProbeSet probes)
    {
        _probes = probes;
    }

    /// <summary>The ports of all services and probes.</summary>
    public static ProbePorts Ports { get; } = new() { Vpn = LabAddresses.VpnPort };

    /// <summary>Who sends.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions => _probes.Descriptions;

    /// <summary>Builds the probes; nothing is sent yet.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="hasRealRelay">Whether a real Tor relay has the VPN's port over TCP, so that no probe is for it.</param>
    public static LabTraffic Create(HostLab lab, bool hasRealRelay)
    {
        return new LabTraffic(ProbeSet.Create(new ProbePlan
        {
            User = lab.Client.Root,
            Unprivileged = lab.Client.As(OtherUser),
            PhysicalInterface = HostLab.PhysicalInterface,
            Targets = [Targets(pair => pair.IPv4), Targets(pair => pair.IPv6)],
            Ports = Ports,
            Wanted = probe => !hasRealRelay || !probe.Name.StartsWith("tor-same-port-tcp", StringComparison.Ordinal),
        }));
    }

    /// <summary>Opens the probes and has the transfers run.</summary>
    /// <returns>Null, or why the traffic does not show what it must: it did not come from where it should.</returns>
    public async Task<string?> StartAsync(Course course, CancellationToken cancellation)
    {
        var expected = course is Course.FirewallStartedLate or Course.FirewallStartedLateTracked
            ? LabAddresses.Client
            : LabAddresses.TunnelClient;
        foreach (var readiness in await _probes.OpenAsync(cancellation))
        {
            if (readiness.Problem is { } problem)
            {
                return $"{readiness.Probe} did not work before the fault: {problem}";
            }

            if (readiness.SeenAs is { } seen && !expected.Both.Contains(seen.Address))
            {
                return $"{readiness.Probe} did not go through the tunnel before the fault: the server saw {seen.Address}";
            }
        }

        _probes.Start();
        await _probes.WhenTransferredAsync(BytesBeforeFault, cancellation);
        return null;
    }

    /// <summary>From now on is after the fault.</summary>
    public void MarkFault() => _probes.MarkFault();

    /// <summary>What every probe did, before it is closed.</summary>
    public IReadOnlyList<(ProbeDescription Probe, ProbeCounters Counters)> Read()
    {
        return [.. _probes.Probes.Select(probe => (probe.Description, probe.Counters))];
    }

    public ValueTask DisposeAsync() => _probes.DisposeAsync();

    private static ProbeTargets Targets(Func<AddressPair, IPAddress> family)
    {
        return new ProbeTargets(
            family(LabAddresses.InternetServer), family(LabAddresses.LanResolver), family(LabAddresses.VpnServer));
    }
}
