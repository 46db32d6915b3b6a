// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>start</c>, <c>restart</c> and <c>reload</c>: loads the configured rules. Whatever goes wrong, the machine is
/// closed afterwards: by the rules that were loaded before, or else by the lockdown.
/// </summary>
internal sealed class ApplyVerb(FirewallEnvironment environment)
{
    public ExitCode Run(ConfigurationRequest configuration, string? backend)
    {
        return KernelVerb.Run(environment, backend ?? NftBackend.BackendName, wall => LoadForGood(wall, configuration));
    }

    /// <summary>Loads the rules, which ends the waiting of a start that was to be confirmed; the lock is held already.</summary>
    public ExitCode LoadForGood(IBackend wall, ConfigurationRequest configuration)
    {
        var code = Load(wall, configuration);
        if (code == ExitCode.Done && environment.Keep())
        {
            environment.Ok("This replaces the start that waited to be confirmed: nothing goes back any more.");
        }

        return code;
    }

    /// <summary>Loads the rules; the lock is held already.</summary>
    public ExitCode Load(IBackend wall, ConfigurationRequest configuration)
    {
        return Load(wall, () => ConfiguredRules.Read(configuration with { LookUp = environment.LookUp }, environment));
    }

    /// <summary>Loads the rules of a configuration; the lock is held already.</summary>
    /// <param name="wall">Where to.</param>
    /// <param name="read">Gives the configuration; null: it is wrong, and that was said.</param>
    public ExitCode Load(IBackend wall, Func<ConfiguredRules?> read)
    {
        try
        {
            return Apply(wall, read());
        }
        catch
        {
            Report(wall.KeepClosed());
            throw;
        }
    }

    private ExitCode Apply(IBackend wall, ConfiguredRules? configured)
    {
        if (configured is null)
        {
            Report(wall.KeepClosed());
            return ExitCode.BadConfiguration;
        }

        configured.PinHosts(environment);
        WarnOfTheWatch(wall);
        var result = wall.Load(configured.Policy);
        var isLoaded = result.Outcome is LoadOutcome.InForce or LoadOutcome.Unverified;
        var breaches = isLoaded ? new UplinkFacts(environment.Links).Breaches(configured.Policy) : [];
        foreach (var warning in result.Warnings.Concat(breaches))
        {
            environment.Warn(warning);
        }

        switch (result.Outcome)
        {
            case LoadOutcome.InForce:
                environment.Ok($"VPN firewall loaded: {result.RuleCount} rules, read back and compared.");
                environment.Ok($"What may leave: {configured.Summary()}.");
                foreach (var remark in wall.Remarks())
                {
                    environment.Warn(remark);
                }

                return ExitCode.Done;

            case LoadOutcome.Unverified:
                environment.Fail($"the rules are loaded but could not be verified: {result.Reason}");
                return ExitCode.Inconclusive;

            case LoadOutcome.Refused:
                environment.Fail($"the rules were refused: {result.Reason}");
                Report(wall.KeepClosed());
                return IsPermission(result.Reason) ? ExitCode.NotPrivileged : ExitCode.PrerequisiteMissing;

            default:
                environment.Fail($"the kernel has other rules than those it was given:\n{result.Reason}");
                Report(wall.LockDown());
                return ExitCode.Internal;
        }
    }

    private void WarnOfTheWatch(IBackend wall)
    {
        if (wall.Name == IptablesBackend.BackendName && WatchLock.IsTaken(environment.WatchLockPath))
        {
            environment.Warn("the watch guards the rules of nft alone and ends with them; where a start is not confirmed, "
                + "they come back and it does not: start it again then (systemctl start vpn-firewall-watch)");
        }
    }

    private void Report(FallbackState state)
    {
        environment.Explain(state switch
        {
            FallbackState.Kept => "The rules that were loaded before stay as they are: the machine stays closed.",
            FallbackState.LockedDown => "The machine is locked down: only loopback works, not even the tunnel, "
                + "until 'vpn-firewall start' succeeds.",
            _ => "THE MACHINE IS OPEN: the lockdown could not be loaded either.",
        });
    }

    private static bool IsPermission(string reason)
    {
        return reason.Contains("Operation not permitted", StringComparison.Ordinal);
    }
}
