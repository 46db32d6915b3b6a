// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Directions as the server sees them; both can be meant at once.</summary>
[Flags]
internal enum PacketDirections
{
    /// <summary>From the clients.</summary>
    In = 1,

    /// <summary>To the clients.</summary>
    Out = 2,

    /// <summary>Both.</summary>
    Both = In | Out,
}
