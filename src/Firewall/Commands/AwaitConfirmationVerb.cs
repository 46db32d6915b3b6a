// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Confirming;

namespace LeakVerifier.Firewall.Commands;

/// <summary>The process behind <c>start --confirm</c> that goes back when the time is over. Not for people.</summary>
internal sealed class AwaitConfirmationVerb(FirewallEnvironment environment)
{
    /// <summary>The verb.</summary>
    public const string Name = "await-confirmation";

    public ExitCode Run(string token)
    {
        environment.CompleteDetachment();
        var desk = environment.Confirmations;
        if (desk.Waiting is not { } waiting || waiting.Token != token)
        {
            return ExitCode.Done;
        }

        var end = environment.WaitForDecision(waiting.Deadline, () => !desk.IsWaiting(token), false);
        return end == WaitEnd.Decided ? ExitCode.Done : KernelVerb.Run(environment, backend: null, wall =>
        {
            desk.GoBack(wall, token);
            return ExitCode.Done;
        });
    }
}
