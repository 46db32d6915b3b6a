// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Tunnels;

/// <summary>A tunnel did not come up.</summary>
public sealed class TunnelException : Exception
{
    /// <param name="message">What was being done and what went wrong, with the program's own words.</param>
    public TunnelException(string message)
        : base(message)
    {
    }
}
