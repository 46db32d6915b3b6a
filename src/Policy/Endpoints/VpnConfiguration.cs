// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>What a VPN's own configuration says that the policy needs to know.</summary>
/// <param name="Servers">Where it connects to.</param>
/// <param name="Implied">
/// Keys of ours that it implies, each with the line that implies it: VPN_INTERFACE, VPN_INTERFACE_KIND, TUNNEL_MARK.
/// </param>
/// <param name="IsInKernel">
/// Whether its packets are the kernel's own: they have no user, and only a mark tells them.
/// </param>
internal sealed record VpnConfiguration(
    ImmutableArray<DeclaredServer> Servers, ImmutableArray<Assignment> Implied, bool IsInKernel);
