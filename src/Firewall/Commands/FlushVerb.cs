// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>flush</c>: the only verb that opens the machine.</summary>
internal sealed class FlushVerb(FirewallEnvironment environment)
{
    public ExitCode Run(string? backend)
    {
        return KernelVerb.Run(environment, backend, wall =>
        {
            if (wall.Open() is not { } failure)
            {
                environment.Keep();
                environment.Ok("The rules are removed: this machine is OPEN. 'vpn-firewall start' closes it.");
                return ExitCode.Done;
            }

            environment.Fail($"the rules could not be removed: {failure}");
            return ExitCode.PrerequisiteMissing;
        });
    }
}
