// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>Says something on the control channel.</summary>
internal sealed record SayAction(string Text) : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.Say(Text);
        }
    }
}

/// <summary>Refuses the client: says so, pushes nothing, and ends the session.</summary>
internal sealed record RefuseAction(string Text) : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.Say(Text);
            session.Leave("refused by the script");
        }
    }
}

/// <summary>Says on the data channel that the server leaves.</summary>
internal sealed record ExitPacketAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.Data.SendMessage(TunnelMessage.Exit);
        }
    }
}

/// <summary>Sends bytes that are no TLS.</summary>
internal sealed record GarbageAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.SayGarbage();
        }
    }
}

/// <summary>Sends the reset of a server session that does not exist, as an attacker would.</summary>
internal sealed record ForgeResetAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.ForgeReset();
        }
    }
}

/// <summary>Forgets the session; its client is not told.</summary>
internal sealed record ForgetAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            scope.Target.Forget(session);
        }
    }
}

/// <summary>Asks for new keys.</summary>
internal sealed record RenegotiateAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.Renegotiate();
        }
    }
}

/// <summary>Ends the TCP connection.</summary>
internal sealed record DisconnectAction(bool IsReset) : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            scope.Target.Disconnect(session, IsReset);
        }
    }
}

/// <summary>Pushes the options now, whether or not they were pushed before.</summary>
internal sealed record PushNowAction : ScriptAction
{
    public override void Execute(ActionScope scope)
    {
        foreach (var session in scope.Sessions)
        {
            session.SendPush();
        }
    }
}
