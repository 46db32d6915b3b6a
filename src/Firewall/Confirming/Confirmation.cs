// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Confirming;

/// <summary>How a <c>start --confirm</c> stands.</summary>
public enum ConfirmationState
{
    /// <summary>It waits: without a confirmation the rules go back to what they were.</summary>
    Waiting,

    /// <summary>The time was over: the rules went back.</summary>
    WentBack,

    /// <summary>The time was over, but the kernel did not take the rules from before: those that waited stay.</summary>
    Stuck,
}

/// <summary>A start that is to be confirmed, or that was not in time.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Token">Tells one start from another.</param>
/// <param name="Seconds">How many seconds there were.</param>
/// <param name="Deadline">When the time is over: nanoseconds of the monotonic clock, which no correction of the time moves.</param>
/// <param name="Before">The commands that bring back what was before; they are the same for several starts in a row.</param>
/// <param name="WasOpen">Whether there were no rules of ours before.</param>
public sealed record Confirmation(
    ConfirmationState State,
    string Token,
    int Seconds,
    long Deadline,
    string Before,
    bool WasOpen)
{
    /// <summary>What is said where there is nothing left to confirm.</summary>
    internal const string Removed = "what was loaded was removed meanwhile, and this machine is OPEN: 'vpn-firewall start' closes it";

    /// <summary>Whether the time is over, and nobody went back.</summary>
    public bool IsOverdue => State == ConfirmationState.Waiting && MonotonicClock.Now > Deadline;

    /// <summary>What going back leads to, for a person.</summary>
    public string Target => WasOpen ? "no rules: the machine is OPEN then" : "the rules from before";
}
