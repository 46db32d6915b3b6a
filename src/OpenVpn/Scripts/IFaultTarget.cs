// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>What scripts act upon beside the server's shared state. Called under the server's lock.</summary>
internal interface IFaultTarget
{
    /// <summary>Every session.</summary>
    IReadOnlyList<Session> Sessions { get; }

    /// <summary>Ends a session without telling its client.</summary>
    void Forget(Session session);

    /// <summary>Ends the client's TCP connection.</summary>
    /// <returns>False over UDP: there is none.</returns>
    bool Disconnect(Session session, bool isReset);

    /// <summary>Stops listening.</summary>
    void Close();

    /// <summary>Listens again, at another address if one is given.</summary>
    /// <returns>False when it cannot listen there.</returns>
    bool Reopen(IPAddress? address);

    /// <summary>Shows another authority's certificate from now on, or the right one again.</summary>
    void ShowCertificate(bool isForeign);

    /// <summary>Tells that an action was carried out, or that it could not be.</summary>
    void Report(Session? session, string text, bool hasHappened);
}

/// <summary>What an action works on.</summary>
/// <param name="Context">The server's shared state.</param>
/// <param name="Target">The server itself.</param>
/// <param name="Session">Whose event it was, or null for the server's own events.</param>
internal sealed record ActionScope(ServerContext Context, IFaultTarget Target, Session? Session)
{
    /// <summary>
    /// The sessions that an action is for: the event's one, or all when the event was none of a session's.
    /// </summary>
    public IEnumerable<Session> Sessions
    {
        get
        {
            IEnumerable<Session> concerned = Session is null ? Target.Sessions.ToArray() : [Session];
            return concerned.Where(session => !session.IsClosed);
        }
    }
}
