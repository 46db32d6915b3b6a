// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs.Containers;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Harness.Running;

/// <summary>What goes wrong in labs: evidence that a run says nothing, and no defect of this program.</summary>
internal static class LabFailures
{
    /// <summary>Whether an exception is one of these.</summary>
    public static bool Include(Exception exception)
    {
        return exception is SystemCallException or CommandFailedException or ContainerException or TunnelException or CaptureException
            or RulesetUnavailableException or RulesetFormatException or FirewallNotUsableException
            or IOException or TimeoutException or System.Net.Sockets.SocketException
            or System.ComponentModel.Win32Exception or UnauthorizedAccessException;
    }
}
