// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Traffic.Probes;

namespace LeakVerifier.Harness.Traffic;

/// <summary>All probes of a run, with the timers that they share.</summary>
public sealed class ProbeSet : IAsyncDisposable
{
    private readonly List<Pacer> _pacers;

    private ProbeSet(IReadOnlyList<IProbe> probes, List<Pacer> pacers)
    {
        Probes = probes;
        _pacers = pacers;
    }

    /// <summary>The probes, in the order of the catalogue, one address family after the other.</summary>
    public IReadOnlyList<IProbe> Probes { get; }

    /// <summary>Who they are, for whoever attributes frames.</summary>
    public IReadOnlyList<ProbeDescription> Descriptions => [.. Probes.Select(p => p.Description)];

    /// <summary>Builds the probes of a plan. Nothing is sent yet.</summary>
    public static ProbeSet Create(ProbePlan plan)
    {
        var user = new Pacer(plan.User.RunAsync, Pacer.ProbeTick, plan.TimeProvider);
        var unprivileged = new Pacer(plan.Unprivileged.RunAsync, Pacer.ProbeTick, plan.TimeProvider);
        var probes = plan.Targets
            .SelectMany(targets => ProbeCatalogue.For(targets, plan.Ports))
            .Where(plan.Wanted)
            .Select(wanted => wanted.IsUnprivileged
                ? Build(wanted, plan, plan.Unprivileged, unprivileged)
                : Build(wanted, plan, plan.User, user))
            .ToList();
        return new ProbeSet(probes, [user, unprivileged]);
    }

    /// <summary>Opens all probes at once.</summary>
    /// <param name="cancellationToken">Ends the wait for answers; the results say which probes had none.</param>
    public async Task<IReadOnlyList<ProbeReadiness>> OpenAsync(CancellationToken cancellationToken)
    {
        return await Task.WhenAll(Probes.Select(p => p.OpenAsync(cancellationToken)));
    }

    /// <summary>Begins paced sending by all probes.</summary>
    public void Start()
    {
        foreach (var probe in Probes)
        {
            probe.Start();
        }
    }

    /// <summary>Separates what was done before the fault from what is done after it, for all probes.</summary>
    public void MarkFault()
    {
        foreach (var probe in Probes)
        {
            probe.MarkFault();
        }
    }

    /// <summary>Completes when every established TCP transfer has moved at least so many bytes in both directions.
    /// </summary>
    public Task WhenTransferredAsync(long bytes, CancellationToken cancellationToken)
    {
        var transfers = Probes.OfType<TcpEstablishedProbe>();
        return Task.WhenAll(transfers.Select(p => p.WhenTransferredAsync(bytes, cancellationToken)));
    }

    /// <summary>Resets all connections and ends all sending.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Probes.Select(p => p.DisposeAsync().AsTask()));
        await Task.WhenAll(_pacers.Select(p => p.DisposeAsync().AsTask()));
    }

    private static IProbe Build(ProbeSpecification wanted, ProbePlan plan, NamespaceThread thread, Pacer pacer)
    {
        var description = ProbeDescriptions.Create(wanted.Name, thread, wanted.Protocol, wanted.Destination);
        var device = wanted.IsBound ? plan.PhysicalInterface : null;
        var context = new ProbeContext(description, pacer, plan.TimeProvider, device);
        return wanted.Kind switch
        {
            ProbeKind.TcpEstablished => new TcpEstablishedProbe(context),
            ProbeKind.TcpNew => new TcpNewProbe(context),
            ProbeKind.UdpConnected => new UdpConnectedProbe(context),
            ProbeKind.UdpUnconnected => new UdpProbe(context),
            ProbeKind.DnsUdp => new DnsUdpProbe(context),
            ProbeKind.DnsTcp => new DnsTcpProbe(context),
            ProbeKind.IcmpEcho => new IcmpEchoProbe(context),
            var other => throw new ArgumentOutOfRangeException(nameof(wanted), other, "no such kind of probe"),
        };
    }
}
