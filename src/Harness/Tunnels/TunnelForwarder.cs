// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>
/// The process of the out-of-band tunnel: the harness starts itself with <see cref="Verb"/>. A process of its own, so that
/// a fault can kill or stop it as it would a VPN client.
/// </summary>
internal static class TunnelForwarder
{
    /// <summary>The verb, which no help lists.</summary>
    public const string Verb = "@forward";

    /// <summary>What is printed once both interfaces are there.</summary>
    public const string Ready = "ready";

    /// <summary>The tun in the VPN server's namespace.</summary>
    public const string ServerInterface = "tunS";

    private const int MaximumPacket = 65535;

    /// <summary>Copies packets until it is killed or an interface goes.</summary>
    /// <param name="serverNamespace">The path of the VPN server's namespace; the client's is the caller's own.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string serverNamespace)
    {
        // It must end with the harness, even when that is killed; outside the sandbox nothing else would end it.
        _ = LibC.prctl(LibC.PR_SET_PDEATHSIG, (nuint)Signal.Kill);
        try
        {
            using var client = TunDevice.Open(ITunnel.Interface);
            using var server = OpenInNamespace(serverNamespace);
            var back = new Thread(() => Copy(server, client)) { IsBackground = true };
            back.Start();
            Console.Out.WriteLine(Ready);
            Console.Out.Flush();
            return Copy(client, server);
        }
        catch (Exception exception) when (exception is TunException or SystemCallException or IOException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static TunDevice OpenInNamespace(string path)
    {
        TunDevice? device = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle(path);
                SystemCallException.ThrowIfFailed(LibC.setns(handle, LibC.CLONE_NEWNET), "entering the server's namespace");
                device = TunDevice.Open(ServerInterface);
            }
            catch (Exception exception) when (exception is TunException or SystemCallException or IOException)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return device ?? throw failure!;
    }

    private static int Copy(TunDevice from, TunDevice to)
    {
        var packet = new byte[MaximumPacket];
        try
        {
            while (from.Read(packet) is > 0 and var length)
            {
                to.Write(packet.AsSpan(0, length));
            }
        }
        catch (TunException)
        {
            // The interface was deleted, which is one of the faults: the tunnel is over.
        }

        return 0;
    }
}
