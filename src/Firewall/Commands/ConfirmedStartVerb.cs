// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// <c>start --confirm SECONDS</c>: loads the rules and goes back to what was before, unless somebody confirms in time.
/// For whoever sits at the other end of a connection that the rules might cut.
/// </summary>
internal sealed class ConfirmedStartVerb(FirewallEnvironment environment)
{
    /// <summary>The seconds that can be given.</summary>
    public const int Shortest = 5;

    /// <summary>The most seconds that can be given: an hour.</summary>
    public const int Longest = 3600;

    private bool _wasWatched;

    public ExitCode Run(ConfigurationRequest configuration, string? backend, int seconds)
    {
        _wasWatched = WatchLock.IsTaken(environment.WatchLockPath);
        Confirmation? waiting = null;
        var code = KernelVerb.Run(environment, backend ?? NftBackend.BackendName, wall =>
        {
            try
            {
                waiting = environment.Confirmations.Open(wall, seconds);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Refuse(wall, $"what goes back in time could not be noted ({exception.Message})", ExitCode.PrerequisiteMissing);
            }

            if (waiting is null)
            {
                environment.Fail("nothing was changed: the rules that are loaded cannot be read, so nothing could go back to them");
                return ExitCode.Inconclusive;
            }

            if (!environment.Detach([AwaitConfirmationVerb.Name, waiting.Token]))
            {
                environment.Keep();
                waiting = null;
                return Refuse(wall, "no process could be started that goes back in time", ExitCode.Internal);
            }

            var loaded = new ApplyVerb(environment).Load(wall, configuration);
            if (wall.Remember()?.Script == waiting.Before)
            {
                environment.Keep();
                waiting = null;
                environment.Ok("There is nothing to confirm: what is loaded is the same as before.");
            }

            return loaded;
        });
        return waiting is null ? code : Wait(waiting, code);
    }

    private ExitCode Refuse(IBackend wall, string reason, ExitCode code)
    {
        environment.Fail($"nothing was changed, because {reason}; " + (wall.IsClosed()
            ? "the rules that are loaded stay"
            : "this machine is OPEN: 'vpn-firewall start' without --confirm closes it"));
        return code;
    }

    private ExitCode Wait(Confirmation waiting, ExitCode loaded)
    {
        var desk = environment.Confirmations;
        Confirmation? ended = null;
        var isClosed = true;
        environment.Ok($"Without a confirmation within {waiting.Seconds} seconds it goes back to {waiting.Target}.");
        environment.Ok(environment.IsTerminal()
            ? "Press Enter here, or run 'vpn-firewall confirm' anywhere on this machine."
            : "Run 'vpn-firewall confirm' anywhere on this machine.");
        var end = environment.WaitForDecision(waiting.Deadline, () => !desk.IsWaiting(waiting.Token), environment.IsTerminal());
        KernelVerb.Run(environment, backend: null, wall =>
        {
            if (end == WaitEnd.Enter && desk.IsWaiting(waiting.Token))
            {
                desk.Keep();
            }
            else if (end == WaitEnd.TimeIsOver)
            {
                ended = desk.GoBack(wall, waiting.Token); // the process that waits does the same: whoever comes first
            }

            isClosed = wall.IsClosed();
            return ExitCode.Done;
        });
        return (ended ?? desk.Last) switch
        {
            { } last when last.Token == waiting.Token => WentBack(last),
            { State: ConfirmationState.Waiting } => Replaced(loaded),
            _ when !isClosed => Opened(),
            _ => Confirmed(loaded),
        };
    }

    private ExitCode Confirmed(ExitCode loaded)
    {
        environment.Ok("Confirmed: what is loaded stays.");
        return loaded;
    }

    private ExitCode Opened()
    {
        environment.Fail(Confirmation.Removed);
        return ExitCode.Leak;
    }

    private ExitCode Replaced(ExitCode loaded)
    {
        environment.Ok("Another start was made meanwhile, and waits to be confirmed in its turn.");
        return loaded;
    }

    private ExitCode WentBack(Confirmation last)
    {
        environment.Fail(last.State == ConfirmationState.WentBack
            ? $"not confirmed within {last.Seconds} seconds: back to {last.Target}"
            : $"not confirmed within {last.Seconds} seconds, but the kernel did not take what was before: the new rules stay");
        if (_wasWatched && !last.WasOpen && !WatchLock.IsTaken(environment.WatchLockPath))
        {
            environment.Explain("The watch has ended: nothing restores the rules until it is started again "
                + "(systemctl start vpn-firewall-watch).");
        }

        return ExitCode.Leak;
    }
}
