// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>Starts the real OpenVPN program.</summary>
internal static class OpenVpnClient
{
    /// <summary>What it needs for its tun, its routes, and a port below 1024.</summary>
    private const string Capabilities = "+net_admin,+net_bind_service";

    private const string Completed = "Initialization Sequence Completed";

    private static readonly string[] OptionsOfIPv6 = ["ifconfig-ipv6", "route-ipv6", "tun-ipv6"];

    /// <summary>
    /// Pushed options that a client is told to ignore where IPv6 is disabled, as its user would have to: an address that the
    /// kernel refuses ends it. None where it may have IPv6.
    /// </summary>
    public static async Task<IReadOnlyList<string>> IgnoredOptionsAsync(LabHost host)
    {
        return await host.HasIPv6Async(ITunnel.Interface) ? [] : OptionsOfIPv6;
    }

    /// <summary>
    /// Starts a client under the tunnel's user. From its start, not by <c>--user</c>: a socket belongs for ever to the user
    /// that opened it, and the kernel's owner match would see root.
    /// </summary>
    public static Task<ChildProcess> StartAsync(LabHost host, IReadOnlyList<string> arguments)
    {
        // Ambient capabilities, since the program is not set-uid: a unit of systemd does the same with User=.
        var uid = ITunnel.Uid.ToString(CultureInfo.InvariantCulture);
        return ChildProcess.StartAsync(
            host.Programs,
            [
                "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups",
                $"--inh-caps={Capabilities}", $"--ambient-caps={Capabilities}", "openvpn", .. arguments,

                // It refuses to start where it cannot write.
                "--tmp-dir", host.TemporaryFolder,
            ]);
    }

    /// <summary>Waits until one end says that it is connected, or ready for clients.</summary>
    /// <exception cref="TunnelException">It ended.</exception>
    public static async Task WaitUntilConnectedAsync(IRunningProgram process, string end, CancellationToken cancellation)
    {
        if (await process.WaitForLineAsync(line => line.Contains(Completed, StringComparison.Ordinal), cancellation) is null)
        {
            throw new TunnelException($"starting the OpenVPN {end}: it ended: {LastWords(process.Output)}");
        }
    }

    /// <summary>The last line that names an error; OpenVPN ends with advice that says nothing.</summary>
    private static string? LastWords(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.LastOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? lines.LastOrDefault();
    }
}
