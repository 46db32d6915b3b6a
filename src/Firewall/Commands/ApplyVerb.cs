// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Policy;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>start</c>, <c>restart</c> and <c>reload</c>: loads the configured rules. Whatever goes wrong, the machine is
/// closed afterwards: by the rules that were loaded before, or else by the lockdown.
/// </summary>
internal sealed class ApplyVerb(FirewallEnvironment environment)
{
    /// <summary>The policy that was loaded; null: none was.</summary>
    public EgressPolicy? Loaded { get; private set; }

    public ExitCode Run(ConfigurationRequest configuration, string? backend)
    {
        return KernelVerb.Run(environment, backend ?? NftBackend.BackendName, wall =>
        {
            var code = Load(wall, configuration);
            if (code == ExitCode.Done && environment.Confirmations.Keep())
            {
                environment.Ok("This replaces the start that waited to be confirmed: nothing goes back any more.");
            }

            return code;
        });
    }

    /// <summary>Loads the rules; the lock is held already.</summary>
    public ExitCode Load(IBackend wall, ConfigurationRequest configuration)
    {
        try
        {
            return Apply(wall, configuration);
        }
        catch
        {
            Report(wall.KeepClosed());
            throw;
        }
    }

    private ExitCode Apply(IBackend wall, ConfigurationRequest configuration)
    {
        if (ConfiguredRules.Read(configuration with { LookUp = environment.LookUp }, environment) is not { } configured)
        {
            Report(wall.KeepClosed());
            return ExitCode.BadConfiguration;
        }

        configured.PinHosts(environment);
        var result = wall.Load(configured.Policy);
        foreach (var warning in result.Warnings)
        {
            environment.Warn(warning);
        }

        switch (result.Outcome)
        {
            case LoadOutcome.InForce:
                Loaded = configured.Policy;
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
