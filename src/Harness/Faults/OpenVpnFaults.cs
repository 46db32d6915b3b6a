// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Faults;

/// <summary>What the fake server, or a signal, does to the OpenVPN client.</summary>
public static class OpenVpnFaults
{
    /// <summary>The client reads its configuration anew: it gives its tun up, <c>persist-tun</c> or not.</summary>
    public static Fault HungUp { get; } = Fault.Of(
        "sighup",
        "the client is told to start over (SIGHUP)",
        context =>
        {
            context.RequiredTunnel.ClientProcess.Send(Signal.HangUp);
            return Task.CompletedTask;
        });

    /// <summary>The client is asked to end and does so in its own time.</summary>
    public static Fault AskedToEnd { get; } = Fault.Of(
        "sigterm-later",
        "the client is asked to end (SIGTERM) and takes its time",
        context =>
        {
            context.RequiredTunnel.ClientProcess.Send(Signal.Terminate);
            return Task.CompletedTask;
        });

    /// <summary>Nothing: what breaks the tunnel was there from the start.</summary>
    public static Fault None { get; } = Fault.Of("none", "nothing more happens", _ => Task.CompletedTask);

    /// <summary>Actions of the script language (docs/openvpn-scripts.md), one after the other.</summary>
    /// <param name="id">The fault's name.</param>
    /// <param name="what">What happens.</param>
    /// <param name="actions">The actions.</param>
    public static Fault Server(string id, string what, params string[] actions)
    {
        return Fault.Of(id, what, context =>
        {
            var tunnel = (OpenVpnTunnel)context.RequiredTunnel;
            foreach (var action in actions)
            {
                tunnel.Server.Inject(action);
            }

            return Task.CompletedTask;
        });
    }
}
