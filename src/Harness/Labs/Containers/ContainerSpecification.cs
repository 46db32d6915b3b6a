// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>What a container is made of and what it may do.</summary>
/// <param name="Image">Its image.</param>
/// <param name="Role">What it is in a lab; its label.</param>
internal sealed record ContainerSpecification(string Image, string Role)
{
    /// <summary>The client's image, of docker/Dockerfile.</summary>
    public const string ClientImage = "leakverifier/client";

    /// <summary>The VPN server's image, of docker/Dockerfile.</summary>
    public const string ServerImage = "leakverifier/server";

    /// <summary>
    /// The machine under test. NET_ADMIN loads rules, makes the tun and sets routes; SETUID and SETGID let programs of it
    /// run as users of their own, as the VPN client and Tor must; NET_BIND_SERVICE lets the VPN client have a port that
    /// nobody else can take. Nothing else.
    /// </summary>
    public static ContainerSpecification Client { get; } =
        new(ClientImage, "client") { Capabilities = [Capability.NetAdmin, Capability.NetBindService, Capability.SetUid, Capability.SetGid] };

    /// <summary>The VPN's server: its OpenVPN makes a tun, its Tor relay runs as a user of its own.</summary>
    public static ContainerSpecification Server { get; } =
        new(ServerImage, "vpn-server") { Capabilities = [Capability.NetAdmin, Capability.SetUid, Capability.SetGid] };

    /// <summary>A machine behind a gateway: the probes' sockets are the harness's own, so it needs no capability.</summary>
    public static ContainerSpecification Workstation { get; } = new(ClientImage, "workstation");

    /// <summary>
    /// Somebody's kill switch as an image: what is in it decides what runs, with the engine's usual capabilities and
    /// NET_ADMIN, as VPN images are run.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="network">The container whose network it shares.</param>
    public static ContainerSpecification KillSwitch(string image, string network)
    {
        return new(image, "kill-switch") { Capabilities = [Capability.NetAdmin], Network = network };
    }

    /// <summary>
    /// The id of the container whose network it shares. Such a one is not a host that the harness fills, but runs its own
    /// entry point and keeps the engine's usual capabilities; null: no network, no program, no other capability.
    /// </summary>
    public string? Network { get; init; }

    /// <summary>The capabilities that are left of those that containers usually have.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];
}
