// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>What a rule does.</summary>
internal abstract record ScriptAction
{
    /// <summary>Does it, under the server's lock.</summary>
    /// <returns>Whether it happened.</returns>
    public abstract bool Execute(ActionScope scope);
}

/// <summary>What is done to the server as a whole, or to packets from now on.</summary>
internal abstract record ServerAction : ScriptAction
{
    public sealed override bool Execute(ActionScope scope)
    {
        Apply(scope);
        return true;
    }

    protected abstract void Apply(ActionScope scope);
}

/// <summary>What is done to each session that is concerned. It did not happen where there was none.</summary>
internal abstract record SessionAction : ScriptAction
{
    public sealed override bool Execute(ActionScope scope)
    {
        var hasHappened = false;
        foreach (var session in scope.Sessions)
        {
            hasHappened |= TryApply(scope, session);
        }

        return hasHappened;
    }

    /// <returns>Whether the session was in a state in which it could be done.</returns>
    protected abstract bool TryApply(ActionScope scope, Session session);
}
