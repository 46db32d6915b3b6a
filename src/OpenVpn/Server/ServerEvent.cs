// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>What happened at the server. Scripts wait for these by their words.</summary>
public enum ServerEventKind
{
    /// <summary>The server listens.</summary>
    Started,

    /// <summary>A client's first packet came and a session was made for it.</summary>
    ClientReset,

    /// <summary>A TLS handshake is finished.</summary>
    TlsDone,

    /// <summary>The client's key material was read; the answer is about to be sent.</summary>
    KeysRead,

    /// <summary>The client asked for its options. Clients since 2.6 are given them unasked.</summary>
    PushAsked,

    /// <summary>The client's options were sent.</summary>
    PushSent,

    /// <summary>The client has received its options; it sets up its interface next.</summary>
    PushAcknowledged,

    /// <summary>The first packet of the data channel came from the client: its tunnel is up.</summary>
    TunnelUp,

    /// <summary>The session's first IP packet came from the client.</summary>
    DataIn,

    /// <summary>The session's first IP packet went to the client.</summary>
    DataOut,

    /// <summary>One side asked for new keys.</summary>
    RenegotiationBegan,

    /// <summary>New keys are agreed.</summary>
    Renegotiated,

    /// <summary>The client said that it leaves.</summary>
    ClientExit,

    /// <summary>A session ended; the detail says why.</summary>
    SessionEnded,

    /// <summary>As many bytes of IP packets passed as a script waited for.</summary>
    BytesPassed,

    /// <summary>A script's action was carried out; the detail is its line.</summary>
    ActionDone,

    /// <summary>A script's action could not be carried out, such as one upon a session when there is none.</summary>
    ActionMissed,
}

/// <summary>One event.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Time">When, by the wall clock, to be compared with a capture.</param>
/// <param name="Client">The client's session, or null for the server as a whole.</param>
/// <param name="Remote">Where the client's packets come from, or null.</param>
/// <param name="Detail">More, for a person to read; may be empty.</param>
public sealed record ServerEvent(
    ServerEventKind Kind, DateTimeOffset Time, SessionId? Client, IPEndPoint? Remote, string Detail)
{
    /// <summary>The event on one line: time, word of the script language (<c>done</c> or <c>missed</c> for an action), client, detail.</summary>
    public override string ToString()
    {
        var time = Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var client = Remote is null ? "" : $" {Remote}";
        return $"{time} {RuleParser.WordOf(Kind) ?? (Kind == ServerEventKind.ActionDone ? "done" : "missed")}{client} {Detail}".TrimEnd();
    }
}
