// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;
using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>
/// The exact tunnel: one process of the client holds tun0 and, in the VPN server's namespace, a second tun, and copies
/// packets between them. Since the transport is not on the wire, no frame there can pass for it.
/// </summary>
public sealed class OutOfBandTunnel : ITunnel
{
    private OutOfBandTunnel(ChildProcess forwarder)
    {
        ClientProcess = forwarder;
    }

    /// <inheritdoc/>
    public IRunningProgram ClientProcess { get; }

    /// <inheritdoc/>
    public ChildProcess? ServerProcess => null;

    /// <summary>Starts the forwarder, gives both ends their addresses and the client its routes.</summary>
    /// <exception cref="TunnelException">The forwarder did not start.</exception>
    public static async Task<OutOfBandTunnel> StartAsync(HostLab lab, RouteStyle routes, CancellationToken cancellation)
    {
        string[] command = [.. SelfProgram.Command, TunnelForwarder.Verb, lab.VpnServer.Namespace.Path];
        var forwarder = await ChildProcess.StartAsync(lab.Client.Root, command);
        try
        {
            if (await forwarder.WaitForLineAsync(line => line == TunnelForwarder.Ready, cancellation) is null)
            {
                throw new TunnelException($"starting the out-of-band tunnel: {forwarder.Output.Trim()}");
            }

            await Task.WhenAll(
                new NetworkSetUp()
                    .Addresses(TunnelForwarder.ServerInterface, LabAddresses.TunnelServer, 26)
                    .SetUp(TunnelForwarder.ServerInterface)
                    .DoAsync(lab.VpnServer.Root),
                new NetworkSetUp()
                    .Addresses(ITunnel.Interface, LabAddresses.TunnelClient, 26)
                    .SetUp(ITunnel.Interface)
                    .IntoTunnel(routes)
                    .ToServer()
                    .DoAsync(lab.Client.Root));
            return new OutOfBandTunnel(forwarder);
        }
        catch
        {
            await forwarder.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        return ClientProcess.DisposeAsync();
    }
}
