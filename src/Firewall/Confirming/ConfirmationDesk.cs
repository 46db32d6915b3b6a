// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Confirming;

/// <summary>
/// Where starts wait for their confirmation: remembers what was before, keeps it or brings it back. Every method is
/// called with the lock held, so that a confirmation and a deadline never both take effect.
/// </summary>
/// <param name="file">The file.</param>
public sealed class ConfirmationDesk(ConfirmationFile file)
{
    /// <summary>The start that waits; null: none does.</summary>
    public Confirmation? Waiting => Last is { State: ConfirmationState.Waiting } waiting ? waiting : null;

    /// <summary>The start that waits, or the last one that was not confirmed; null: neither.</summary>
    public Confirmation? Last => file.Read();

    /// <summary>
    /// Remembers what is loaded now. If a start waits already, what was before that one stays the thing to go back to.
    /// </summary>
    /// <returns>The start that waits from now on; null: what is loaded cannot be read.</returns>
    public Confirmation? Open(IBackend wall, int seconds)
    {
        var earlier = Waiting is { IsOverdue: false } waiting ? waiting : null;
        if (wall.Remember() is not { } remembered)
        {
            return null;
        }

        var confirmation = new Confirmation(
            ConfirmationState.Waiting,
            Guid.NewGuid().ToString("N"),
            seconds,
            MonotonicClock.In(seconds),
            earlier?.Before ?? remembered.Script,
            earlier?.WasOpen ?? remembered.WasOpen);
        file.Write(confirmation);
        return confirmation;
    }

    /// <summary>Whether this start still waits.</summary>
    public bool IsWaiting(string token) => Waiting?.Token == token;

    /// <summary>Lets what is loaded stay.</summary>
    /// <returns>Whether something waited.</returns>
    public bool Keep()
    {
        var hasWaited = Waiting is not null;
        if (Last is not null)
        {
            file.Delete();
        }

        return hasWaited;
    }

    /// <summary>Brings back what was before, unless the start was confirmed or replaced meanwhile.</summary>
    /// <returns>What became of it; null: nothing was brought back.</returns>
    public Confirmation? GoBack(IBackend wall, string token)
    {
        if (Waiting is not { } waiting || waiting.Token != token)
        {
            return null;
        }

        var ended = waiting with { State = TryRestore(wall, waiting) ? ConfirmationState.WentBack : ConfirmationState.Stuck };
        try
        {
            file.Write(ended);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The other process that waits brings the same rules back once more.
        }

        return ended;
    }

    private static bool TryRestore(IBackend wall, Confirmation waiting)
    {
        try
        {
            return wall.Restore(waiting.Before);
        }
        catch (WatchException)
        {
            return false;
        }
    }
}
