// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>What a packet that was sent to a server turned out to be.</summary>
public enum PacketClass
{
    /// <summary>The tunnel's: the beginning of a session or of a renegotiation.</summary>
    Handshake,

    /// <summary>The tunnel's: TLS, acknowledgements, and messages in the data channel other than pings.</summary>
    Control,

    /// <summary>The tunnel's: an IP packet.</summary>
    Data,

    /// <summary>The tunnel's: a keepalive.</summary>
    Ping,

    /// <summary>A copy of a packet that was the tunnel's: anybody who saw that can send it.</summary>
    Replay,

    /// <summary>Looks like the tunnel's and does not authenticate.</summary>
    Forged,

    /// <summary>Does not even look like the tunnel's.</summary>
    NotTunnel,

    /// <summary>
    /// Looks like the beginning of a session that came to nothing, on a control channel without a wrapping key: nothing
    /// can tell whose it is. With tls-auth or tls-crypt this does not occur.
    /// </summary>
    Unproven,

    /// <summary>
    /// On a stream only: the first bytes of a packet whose rest was never sent, behind nothing but the tunnel's packets.
    /// A connection that is reset ends so. The rest would be needed to authenticate it.
    /// </summary>
    Unfinished,
}

/// <summary>Questions about <see cref="PacketClass"/>.</summary>
public static class PacketClasses
{
    /// <summary>Whether the packet is proved to be the tunnel's own.</summary>
    public static bool IsTunnel(this PacketClass packetClass)
    {
        return packetClass is PacketClass.Handshake or PacketClass.Control or PacketClass.Data or PacketClass.Ping;
    }
}
