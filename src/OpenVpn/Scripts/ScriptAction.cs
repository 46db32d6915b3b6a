// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>What a rule does.</summary>
internal abstract record ScriptAction
{
    /// <summary>Does it, under the server's lock.</summary>
    public abstract void Execute(ActionScope scope);
}
