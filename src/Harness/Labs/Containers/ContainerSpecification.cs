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

    /// <summary>The capabilities that are left of those that containers usually have.</summary>
    public ImmutableArray<Capability> Capabilities { get; init; } = [];
}
