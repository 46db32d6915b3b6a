// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Harness.Labs;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>Tells whether a process owns the UDP socket of a port (proc_pid_fd(5), proc_net(5)).</summary>
internal static class UdpSocketOwner
{
    /// <summary>Requires that the process owns the one socket that is bound to the port.</summary>
    /// <exception cref="TunnelException">It does not.</exception>
    public static async Task RequireAsync(LabHost host, int process, int port)
    {
        var lines = await host.Root.RunAsync(() => File.ReadAllLines("/proc/thread-self/net/udp"));
        var portText = port.ToString("X4", CultureInfo.InvariantCulture);
        var inodes = lines.Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(":" + portText, StringComparison.Ordinal))
            .Select(fields => fields[9])
            .ToList();
        var owned = Directory.EnumerateFiles($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget ?? "")
            .ToHashSet();
        if (inodes.Count != 1 || !owned.Contains($"socket:[{inodes[0]}]"))
        {
            throw new TunnelException($"process {process} does not own the one UDP socket of port {port}");
        }
    }
}
