// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;

namespace LeakVerifier.Firewall.Commands;

/// <summary>What the verbs that read or change the kernel's rules have in common.</summary>
internal static class KernelVerb
{
    /// <summary>
    /// Runs <paramref name="work"/> with the kernel's rules, alone among the vpn-firewalls of this machine.
    /// </summary>
    /// <param name="environment">What the program touches.</param>
    /// <param name="work">The work.</param>
    /// <param name="held">The lock, where this process has it already.</param>
    public static ExitCode Run(FirewallEnvironment environment, Func<IBackend, ExitCode> work, FirewallLock? held = null)
    {
        if (!environment.CanChangeRules())
        {
            environment.Fail("not privileged: run it as root (sudo), or with CAP_NET_ADMIN");
            return ExitCode.NotPrivileged;
        }

        using var kernel = environment.OpenKernel();
        using var alone = held is null ? FirewallLock.Take(environment.LockPath) : null;
        using var watch = environment.FindWatch();
        var frames = new FrameWall(kernel, environment.Links, environment.ListFramesInScratch);
        var wall = new Wall(kernel, frames, environment.ListInScratch, watch);
        return work(new NftBackend(wall, environment.Settings, new UplinkFacts(environment.Links)));
    }
}
