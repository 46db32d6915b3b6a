// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Endpoints;

/// <summary>A proxy between OpenVPN and its server.</summary>
/// <param name="Host">Its address or name.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="IsSocks">SOCKS 5, or else HTTP.</param>
/// <param name="Option">The option that named it.</param>
internal sealed record OpenVpnProxy(string Host, ushort Port, bool IsSocks, OpenVpnOption Option);
