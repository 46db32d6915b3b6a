// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Packets as scripts tell them apart.</summary>
[Flags]
public enum PacketKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The data channel's IP packets.</summary>
    Data = 1,

    /// <summary>The control channel: TLS, key exchange, push, acknowledgements.</summary>
    Control = 2,

    /// <summary>Keepalives and the other messages in the data channel.</summary>
    Ping = 4,

    /// <summary>All of them.</summary>
    All = Data | Control | Ping,
}

/// <summary>Directions as the server sees them; both can be meant at once.</summary>
[Flags]
public enum PacketDirections
{
    /// <summary>From the clients.</summary>
    In = 1,

    /// <summary>To the clients.</summary>
    Out = 2,

    /// <summary>Both.</summary>
    Both = In | Out,
}
