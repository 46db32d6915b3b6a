// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Says something on the control channel.</summary>
internal sealed record SayAction(string Text) : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session) => session.Say(Text);
}

/// <summary>Refuses the client: says so, pushes nothing, and ends the session.</summary>
internal sealed record RefuseAction(string Text) : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session)
    {
        var isSaid = session.Say(Text);
        session.Leave("refused by the script");
        return isSaid;
    }
}

/// <summary>Says on the data channel that the server leaves.</summary>
internal sealed record ExitPacketAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session) => session.Data.SendMessage(TunnelMessage.Exit);
}

/// <summary>Sends bytes that are no TLS.</summary>
internal sealed record GarbageAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session)
    {
        session.SayGarbage();
        return true;
    }
}

/// <summary>Sends the reset of a server session that does not exist, as an attacker would.</summary>
internal sealed record ForgeResetAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session)
    {
        session.ForgeReset();
        return true;
    }
}

/// <summary>Forgets the session; its client is not told.</summary>
internal sealed record ForgetAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session)
    {
        scope.Target.Forget(session);
        return true;
    }
}

/// <summary>Asks for new keys.</summary>
internal sealed record RenegotiateAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session) => session.Renegotiate();
}

/// <summary>Ends the TCP connection.</summary>
internal sealed record DisconnectAction(bool IsReset) : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session) => scope.Target.Disconnect(session, IsReset);
}

/// <summary>Pushes the options now, whether or not they were pushed before.</summary>
internal sealed record PushNowAction : SessionAction
{
    protected override bool TryApply(ActionScope scope, Session session) => session.SendPush();
}
