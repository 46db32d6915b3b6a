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
    /// <param name="backend">The backend that was asked for; null: the one that is loaded.</param>
    /// <param name="work">The work.</param>
    /// <param name="held">The lock, where this process has it already.</param>
    public static ExitCode Run(
        FirewallEnvironment environment, string? backend, Func<IBackend, ExitCode> work, FirewallLock? held = null)
    {
        if (!environment.CanChangeRules())
        {
            environment.Fail("not privileged: run it as root (sudo), or with CAP_NET_ADMIN");
            return ExitCode.NotPrivileged;
        }

        using var backends = new Backends(environment);
        using var alone = held is null ? FirewallLock.Take(environment.LockPath) : null;
        return work(backends.Choose(backend));
    }
}
