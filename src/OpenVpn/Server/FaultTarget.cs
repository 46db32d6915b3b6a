// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Does to a running server what its script says. Guarded by the server's lock.</summary>
internal sealed class FaultTarget(OpenVpnServerOptions options) : IFaultTarget
{
    private ServerCore? _core;
    private IEndpoint? _endpoint;

    public IReadOnlyList<Session> Sessions => Core.Sessions;

    private ServerCore Core => _core ?? throw new InvalidOperationException("not attached");

    private IEndpoint Endpoint => _endpoint ?? throw new InvalidOperationException("not attached");

    /// <summary>Joins it to the server, which needs it to be made.</summary>
    public void Attach(ServerCore core, IEndpoint endpoint)
    {
        _core = core;
        _endpoint = endpoint;
    }

    public void Forget(Session session) => Core.End(session, "forgotten");

    public void Disconnect(Session session, bool isReset)
    {
        if (session.Peer.IsStream)
        {
            session.Peer.Close(isReset);
        }
    }

    public void Close() => Endpoint.Close();

    public void Reopen(IPAddress? address)
    {
        var local = address is null ? Endpoint.Local : new IPEndPoint(address, Endpoint.Local.Port);
        try
        {
            Endpoint.Open(local);
        }
        catch (SocketException exception)
        {
            Report(null, $"cannot listen at {local}: {exception.Message}");
        }
    }

    public void ShowCertificate(bool isForeign)
    {
        Core.Context.Identity = isForeign ? Identities.Foreign(options) : Identities.Own(options);
    }

    public void Report(Session? session, string text) => Core.Raise(ServerEventKind.ActionDone, session, text);
}
