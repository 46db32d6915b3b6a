// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Rules;

/// <summary>What this machine's own programs send.</summary>
internal static class OutputChain
{
    private const string Hook = "type filter hook output priority filter; policy drop;";

    public static Chain Build(bool isLogged)
    {
        // The log names the user, because "which program was that?" is the next question.
        return new Chain("output", Hook,
            [$"jump {MayLeaveChain.Name}", .. FinalVerdict.Reject("output", isLogged, logFlags: " flags skuid")]);
    }
}
