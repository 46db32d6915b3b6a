// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Faults;

/// <summary>What happens to the tunnel's processes (leak catalogue, classes 1 to 4).</summary>
public static class ProcessFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The client is killed: the kernel removes its tun and the tun's routes, and the old default route takes over.</summary>
    public static Fault Killed { get; } = Fault.Of(
        "sigkill", "the tunnel's process is killed (SIGKILL)", context => EndAsync(context, Signal.Kill));

    /// <summary>The client is asked to end, as a service manager does.</summary>
    public static Fault Terminated { get; } = Fault.Of(
        "sigterm", "the tunnel's process is asked to end (SIGTERM)", context => EndAsync(context, Signal.Terminate));

    /// <summary>The client hangs: packets queue in its tun.</summary>
    public static Fault Stopped { get; } = Fault.Of(
        "sigstop",
        "the tunnel's process is stopped (SIGSTOP)",
        context =>
        {
            context.RequiredTunnel.ClientProcess.Send(Signal.Stop);
            return Task.CompletedTask;
        });

    /// <summary>The server dies: its host answers with ICMP errors from now on.</summary>
    public static Fault ServerKilled { get; } = new(
        "server-killed",
        "the VPN's server is killed",
        async (context, cancellation) =>
        {
            if (context.RequiredTunnel.ServerProcess is not { } server)
            {
                return "this tunnel has no server process";
            }

            server.Send(Signal.Kill);
            await server.WaitForExitAsync(cancellation);
            return null;
        });

    private static async Task EndAsync(FaultContext context, Signal signal)
    {
        var process = context.RequiredTunnel.ClientProcess;
        process.Send(signal);
        try
        {
            await process.Exited.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TunnelException($"the tunnel's process did not end within {Patience.TotalSeconds:0} s of a signal");
        }
    }
}
