// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Labs.Containers;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Firewalls;

/// <summary>
/// A kill switch that is a container image: its entry point loads the rules and starts OpenVPN by itself, in the client's
/// network. It is told of the lab in <see cref="KillSwitchContainer.Folder"/>.
/// </summary>
internal sealed record FirewallImage : FirewallUnderTest
{
    /// <summary>What <c>--firewall</c> begins with for an image.</summary>
    public const string Prefix = "image:";

    private readonly ContainerEngine _engine;

    /// <param name="image">The image's name.</param>
    /// <param name="engine">The engine that has it.</param>
    public FirewallImage(string image, ContainerEngine engine)
        : base(Prefix + image)
    {
        Image = image;
        _engine = engine;
    }

    /// <summary>The image's name.</summary>
    public string Image { get; }

    /// <summary>The image that <c>--firewall</c> names; null: it names none.</summary>
    public static string? NameOf(string firewall)
    {
        return firewall.StartsWith(Prefix, StringComparison.Ordinal) ? firewall[Prefix.Length..] : null;
    }

    /// <summary>
    /// Whether a scenario can be run with an image: its client is OpenVPN against the fake server, which knows the client's
    /// packets whoever sends them, and it comes up.
    /// </summary>
    public static bool CanRun(Scenario scenario)
    {
        // Over TCP the client needs a privileged port, which would be one more capability for every image.
        return scenario is
        {
            Tunnel: TunnelKind.OpenVpn,
            Topology: Topology.Host,
            Course: Course.FaultInMidTransfer,
            Transport: TransportProtocol.Udp,
        };
    }

    /// <summary>Starts a container of it in the client's network.</summary>
    /// <param name="client">The client's host.</param>
    /// <param name="folder">Where the client's configuration and certificates are; the lab's facts are added.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ContainerException">It does not start.</exception>
    public async Task<IRunningProgram> StartAsync(LabHost client, string folder, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "lab.env"), Facts(), cancellation);
        return await KillSwitchContainer.StartAsync(_engine, Image, client, folder, cancellation);
    }

    /// <summary>Lines that a shell reads as well as an <c>--env-file</c>.</summary>
    private static string Facts()
    {
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            LV_PHYSICAL_IF={HostLab.PhysicalInterface}
            LV_TUNNEL_IF={ITunnel.Interface}
            LV_SERVER_IP={LabAddresses.VpnServer.IPv4}
            LV_SERVER_PORT={LabAddresses.VpnPort}
            LV_SERVER_PROTO=udp

            """);
    }
}
