// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// The far end of an address and port pair or of a TCP connection, with the sessions that it carries. Guarded by the
/// server's lock.
/// </summary>
internal abstract class Peer
{
    /// <summary>
    /// An established session, its successor, and one attempt. A client whose renegotiation failed begins a new
    /// session from the same socket, and the old one serves until that is ready.
    /// </summary>
    private const int MaximumSessions = 3;

    private readonly List<Session> _sessions = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Session> Sessions => _sessions;

    public abstract IPEndPoint Remote { get; }

    /// <summary>Whether packets travel in a stream.</summary>
    public abstract bool IsStream { get; }

    /// <summary>Sends a packet now or never: what the network does not take is lost.</summary>
    public abstract void Send(ReadOnlySpan<byte> packet);

    /// <summary>Ends the connection, if it is one.</summary>
    /// <param name="isReset">With RST instead of FIN.</param>
    public abstract void Close(bool isReset);

    public Session? Find(SessionId client) => _sessions.Find(session => session.ClientId == client);

    /// <summary>Adds a session.</summary>
    /// <returns>A session that has to give way for it, or null.</returns>
    public Session? Add(Session session)
    {
        _sessions.Insert(0, session);
        return _sessions.Count > MaximumSessions ? _sessions.FindLast(other => other != session && !other.IsUp) : null;
    }

    public void Remove(Session session) => _sessions.Remove(session);
}
