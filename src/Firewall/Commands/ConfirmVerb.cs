// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Confirming;

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>confirm</c>: lets what <c>start --confirm</c> loaded stay.</summary>
internal sealed class ConfirmVerb(FirewallEnvironment environment)
{
    public ExitCode Run()
    {
        return KernelVerb.Run(environment, backend: null, wall =>
        {
            var isWaiting = environment.Confirmations.Waiting is not null;
            var isClosed = wall.IsClosed();
            if (isWaiting && isClosed)
            {
                environment.Confirmations.Keep();
                environment.Ok("Confirmed: what is loaded stays.");
                return ExitCode.Done;
            }

            environment.Fail(isClosed ? "nothing waits to be confirmed; the rules that are loaded stay"
                : isWaiting ? Confirmation.Removed
                : "nothing waits to be confirmed, and this machine is OPEN: 'vpn-firewall start' closes it");
            return ExitCode.Leak;
        });
    }
}
