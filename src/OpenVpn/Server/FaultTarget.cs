// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Does to a running server what its script says. Guarded by the server's lock.</summary>
internal sealed class FaultTarget(OpenVpnServerOptions options) : IFaultTarget
{
    /// <summary>A rule that fires for every client must not fill the memory; one is enough to spoil a run.</summary>
    private const int MaximumMissed = 100;

    private readonly List<string> _missed = [];
    private ServerCore? _core;
    private IEndpoint? _endpoint;

    public IReadOnlyList<Session> Sessions => Core.Sessions;

    /// <summary>What could not be carried out until now.</summary>
    public IReadOnlyList<string> Missed => _missed;

    private ServerCore Core => _core ?? throw new InvalidOperationException("not attached");

    private IEndpoint Endpoint => _endpoint ?? throw new InvalidOperationException("not attached");

    /// <summary>Joins it to the server, which needs it to be made.</summary>
    public void Attach(ServerCore core, IEndpoint endpoint)
    {
        _core = core;
        _endpoint = endpoint;
    }

    public void Forget(Session session) => Core.End(session, "forgotten");

    public bool Disconnect(Session session, bool isReset)
    {
        if (session.Peer.IsStream)
        {
            session.Peer.Close(isReset);
        }

        return session.Peer.IsStream;
    }

    public void Close() => Endpoint.Close();

    public bool Reopen(IPAddress? address)
    {
        var local = address is null ? Endpoint.Local : new IPEndPoint(address, Endpoint.Local.Port);
        try
        {
            Endpoint.Open(local);
            return true;
        }
        catch (SocketException exception)
        {
            Report(null, $"listening at {local}: {exception.Message}", hasHappened: false);
            return false;
        }
    }

    public void ShowCertificate(bool isForeign)
    {
        Core.Context.Identity = isForeign ? Identities.Foreign(options) : Identities.Own(options);
    }

    public void Report(Session? session, string text, bool hasHappened)
    {
        if (!hasHappened && _missed.Count < MaximumMissed)
        {
            _missed.Add(text);
        }

        Core.Raise(hasHappened ? ServerEventKind.ActionDone : ServerEventKind.ActionMissed, session, text);
    }
}
