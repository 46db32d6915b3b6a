// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>In what state a failure leaves the machine. None of them is an open one, if it can be helped.</summary>
public enum FallbackState
{
    /// <summary>The rules that were loaded before are still in force.</summary>
    Kept,

    /// <summary>No rules were in force; now everything but loopback is closed.</summary>
    LockedDown,

    /// <summary>Not even the lockdown could be loaded.</summary>
    Open,
}
