// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>stop</c>: changes nothing, as in the original. A service that stops must not open the machine.</summary>
internal sealed class StopVerb(FirewallEnvironment environment)
{
    public ExitCode Run(string? backend)
    {
        return KernelVerb.Run(environment, backend, wall =>
        {
            if (wall.IsClosed())
            {
                environment.Ok(
                    "Nothing was changed: the rules stay, the machine stays closed. 'vpn-firewall flush' opens it.");
                return ExitCode.Done;
            }

            environment.Fail("nothing was changed, and the machine is not closed: 'vpn-firewall start' closes it");
            return ExitCode.Leak;
        });
    }
}
