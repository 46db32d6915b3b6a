// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Packets as scripts tell them apart.</summary>
[Flags]
internal enum PacketKinds
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
