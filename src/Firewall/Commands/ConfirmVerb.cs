// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>confirm</c>: lets what <c>start --confirm</c> loaded stay.</summary>
internal sealed class ConfirmVerb(FirewallEnvironment environment)
{
    public ExitCode Run()
    {
        return KernelVerb.Run(environment, backend: null, wall =>
        {
            var isWaiting = environment.Confirmations.Waiting is not null;
            switch (isWaiting, wall.IsClosed())
            {
                case (true, true):
                    environment.Confirmations.Keep();
                    environment.Ok("Confirmed: what is loaded stays.");
                    return ExitCode.Done;

                case (false, true):
                    environment.Fail("nothing waits to be confirmed; the rules that are loaded stay");
                    return ExitCode.Leak;

                default:
                    environment.Fail((isWaiting ? "what was loaded was removed meanwhile" : "nothing waits to be confirmed")
                        + ", and this machine is OPEN: 'vpn-firewall start' closes it");
                    return ExitCode.Leak;
            }
        });
    }
}
