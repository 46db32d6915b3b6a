// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>Waits until an interface's IPv6 addresses can be used.</summary>
/// <remarks>
/// A new address is tentative until the kernel's worker has looked at it (net/ipv6/addrconf.c, addrconf_dad_work), even
/// where duplicates are not looked for. Until then a connection takes another interface's address as its source, which is
/// answered outside of the tunnel.
/// </remarks>
internal static class AddressReadiness
{
    /// <summary>Waits.</summary>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static async Task WaitAsync(LabHost host, string interfaceName, CancellationToken cancellation)
    {
        // Listening comes before looking, so that no change falls between the two.
        await using var monitor = await ChildProcess.StartAsync(
            host.Programs, ["ip", "-6", "monitor", "address", "dev", interfaceName]);
        for (var seen = 0; await HasTentativeAsync(host, interfaceName); seen++)
        {
            var next = seen;
            await monitor.WaitForLineAsync(_ => next-- <= 0, cancellation);
        }
    }

    private static async Task<bool> HasTentativeAsync(LabHost host, string interfaceName)
    {
        var addresses = await ChildProcess.RunAsync(
            host.Root, ["ip", "-6", "-oneline", "address", "show", "dev", interfaceName, "tentative"]);
        return addresses.ThrowIfFailed().Output.Length > 0;
    }
}
