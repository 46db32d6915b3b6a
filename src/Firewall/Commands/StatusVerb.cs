// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary><c>status</c>: reads the kernel's rules back and compares them with the configuration.</summary>
internal sealed class StatusVerb(FirewallEnvironment environment)
{
    public ExitCode Run(ConfigurationRequest configuration, string? backend, bool asJson)
    {
        return KernelVerb.Run(environment, backend, wall =>
        {
            if (ConfiguredRules.Read(configuration, environment) is not { } configured)
            {
                return ExitCode.BadConfiguration;
            }

            var report = Examine(wall, configured.Policy);
            environment.Answer(asJson ? report.ToJson() : report.ToText(environment.HasColour()));
            return report.ExitCode;
        });
    }

    private StatusReport Examine(IBackend wall, EgressPolicy configured)
    {
        var comparison = wall.Compare(configured);
        var (state, explanation) = comparison.Likeness switch
        {
            Likeness.Same => (StatusReport.InForce, "the kernel has exactly the configured rules"),
            Likeness.Absent => (StatusReport.NotLoaded, "this machine is OPEN; 'vpn-firewall start' closes it"),
            Likeness.Unknown => (StatusReport.Unknown, comparison.Reason ?? "the rules could not be read"),
            _ when wall.IsLockedDown() =>
                (StatusReport.LockedDown,
                    "nothing but loopback, because an earlier start failed; 'vpn-firewall start' tries again"),
            _ => (StatusReport.Altered,
                "the kernel's rules (+) are not the configured ones (-); 'vpn-firewall start' replaces them"),
        };
        if (state == StatusReport.LockedDown)
        {
            comparison = comparison with { Differences = [] };
        }

        // In a lockdown neither the tunnel's interface nor the clients' is let through.
        var breaches = state == StatusReport.LockedDown ? [] : new UplinkFacts(environment.Links).Breaches(configured).ToList();
        return new StatusReport(state, explanation, comparison, wall.Blocked())
        {
            HasBreach = breaches.Count > 0,
            Facts = new StatusFacts(
                wall.Counters(), environment.Confirmations.Last, WatchReport.Read(environment.WatchReportPath))
            {
                IsWatchAlive = WatchLock.IsTaken(environment.WatchLockPath),
            },
            Backend = wall.Name,
            Uncovered = wall.Uncovered(configured),
            Remarks = [.. breaches, .. wall.Remarks()],
        };
    }
}
