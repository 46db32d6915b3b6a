// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>The network namespace of this process, for a server that a person starts.</summary>
internal sealed class CurrentServerPlace : IServerPlace
{
    private const string ServerAddress4 = "198.51.100.1/24";
    private const string ServerAddress6 = "2001:db8:100::1/64";

    /// <summary>The clients' network (RFC 5737): whatever else the machine reaches, it is not there.</summary>
    public static IPNetwork Tunnel4 { get; } = IPNetwork.Parse("198.51.100.0/24");

    /// <summary>The clients' network (RFC 3849).</summary>
    public static IPNetwork Tunnel6 { get; } = IPNetwork.Parse("2001:db8:100::/64");

    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol) => new(family, type, protocol);

    /// <exception cref="TunnelException">The tun was made, and cannot be set up.</exception>
    public TunDevice OpenTun()
    {
        var tun = TunDevice.Open("lvserve%d");
        try
        {
            SetUp(tun.Name);
            return tun;
        }
        catch
        {
            tun.Dispose();
            throw;
        }
    }

    private static void SetUp(string name)
    {
        var start = new ProcessStartInfo("ip", ["-batch", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        try
        {
            using var ip = Process.Start(start)!;
            ip.StandardInput.Write(
                $"address add {ServerAddress4} dev {name}\n"
                + $"address add {ServerAddress6} dev {name} nodad\n"
                + $"link set {name} up\n");
            ip.StandardInput.Close();
            var error = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            if (ip.ExitCode != 0)
            {
                throw new TunnelException($"{name}: its addresses cannot be set: {error.Trim()}");
            }
        }
        catch (Win32Exception exception)
        {
            throw new TunnelException($"missing: ip (package iproute2): {exception.Message}");
        }
    }
}
