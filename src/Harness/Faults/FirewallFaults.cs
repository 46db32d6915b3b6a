// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Harness.Faults;

/// <summary>What happens to the firewall itself (leak catalogue, classes 11, 23, 24, 26 and 29).</summary>
public static class FirewallFaults
{
    /// <summary>How often the firewall is reloaded.</summary>
    public const int Reloads = 100;

    /// <summary>The rules are loaded again and again.</summary>
    public static Fault Reloaded { get; } = new(
        "reload",
        string.Create(CultureInfo.InvariantCulture, $"the firewall is reloaded {Reloads} times"),
        async (context, cancellation) =>
            context.Firewall is null ? null : await context.Firewall.ReloadAsync(Reloads, cancellation));

    /// <summary>
    /// Whatever of the firewall runs ends: its watch is killed, and its service is stopped, which is what a machine does to it
    /// while it shuts down.
    /// </summary>
    public static Fault Stopped { get; } = new(
        "stopped",
        "the firewall's watch is killed and its service is stopped",
        async (context, cancellation) =>
            context.Firewall is null ? null : await context.Firewall.StopAsync(cancellation));

    /// <summary>The firewall is started while there is traffic already.</summary>
    public static Fault Started { get; } = new(
        "started-late",
        "the firewall is started",
        async (context, cancellation) =>
            context.Firewall is null ? null : await context.Firewall.UpAsync(cancellation));
}
