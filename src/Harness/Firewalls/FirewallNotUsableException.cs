// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Firewalls;

/// <summary>The firewall under test cannot be used as it is given.</summary>
public sealed class FirewallNotUsableException : Exception
{
    /// <param name="message">Where, what, and how to mend it.</param>
    public FirewallNotUsableException(string message)
        : base(message)
    {
    }
}
