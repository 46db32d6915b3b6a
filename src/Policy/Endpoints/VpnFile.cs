// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy.Endpoints;

/// <summary>A VPN's own configuration.</summary>
/// <param name="Path">The file.</param>
/// <param name="IsWireGuard">Of wg-quick(8), or else of OpenVPN.</param>
public sealed record VpnFile(string Path, bool IsWireGuard);
