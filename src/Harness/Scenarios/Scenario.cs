// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Faults;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Scenarios;

/// <summary>
/// Topology x tunnel x fault x traffic: one question about a firewall. It runs twice, without and with the firewall.
/// </summary>
public sealed record Scenario
{
    /// <summary>Its name: tunnel and fault.</summary>
    public required string Id { get; init; }

    /// <summary>What it shows, one sentence.</summary>
    public required string Shows { get; init; }

    /// <summary>What it does not show.</summary>
    public required string Limits { get; init; }

    /// <summary>The classes of the catalogue of leak classes that it covers (docs/leak-classes.md).</summary>
    public required ImmutableArray<int> LeakClasses { get; init; }

    /// <summary>Which hosts there are.</summary>
    public Topology Topology { get; init; } = Topology.Host;

    /// <summary>The tunnel.</summary>
    public required TunnelKind Tunnel { get; init; }

    /// <summary>How the tunnel takes over the traffic.</summary>
    public RouteStyle Routes { get; init; } = RouteStyle.Halves;

    /// <summary>What of the OpenVPN tunnel against the fake server is chosen; null: nothing.</summary>
    public OpenVpnSetUp? OpenVpn { get; init; }

    /// <summary>What carries the tunnel, as the firewall is told and as frames are judged.</summary>
    public TransportProtocol Transport =>
        OpenVpn is { Transport: LeakVerifier.OpenVpn.Server.Transport.Tcp } ? TransportProtocol.Tcp : TransportProtocol.Udp;

    /// <summary>Whether real applications send too. They are installed in the images of the Docker lab only.</summary>
    public bool UsesApplications { get; init; }

    /// <summary>What the policy allows in the clear besides the tunnel.</summary>
    public ClearTraffic Clear { get; init; } = ClearTraffic.None;

    /// <summary>Who sends besides the ordinary probes.</summary>
    public ImmutableArray<Actor> Actors { get; init; } = [];

    /// <summary>In what order things happen.</summary>
    public Course Course { get; init; } = Course.FaultInMidTransfer;

    /// <summary>What happens in mid-transfer.</summary>
    public required Fault Fault { get; init; }

    /// <summary>How long frames are judged after the fault.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>
    /// Probes that must leak in the control run, or the scenario says nothing: names of the catalogue, for both families
    /// where none (<c>-v4</c>, <c>-v6</c>) is named.
    /// </summary>
    public required ImmutableArray<string> MustLeak { get; init; }

    /// <summary>
    /// Parts of the policy that must be seen in use behind the firewall, or nothing is shown of what they might carry
    /// besides.
    /// </summary>
    public ImmutableArray<AllowedReason> MustPass { get; init; } = [];

    /// <summary>When it is passed.</summary>
    public string PassesIf =>
        $"no frame outside the policy leaves the physical interface from the moment the firewall is up until "
        + $"{Window.TotalSeconds:0.#} s after the fault, while the same traffic without the firewall leaks";
}
