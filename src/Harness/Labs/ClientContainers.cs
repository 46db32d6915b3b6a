// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// Two containers that run on the client, as an engine makes them: one behind a virtual link that the client forwards
/// for, and one that has a macvlan child of the client's card, whose frames pass no rule of the client's IP layer.
/// </summary>
internal sealed class ClientContainers : IAsyncDisposable
{
    /// <summary>The client's end of the forwarded container's link.</summary>
    public const string Interface = "cont0";

    private const string ChildName = "child0";

    private readonly LabHost _client;

    /// <param name="lab">The lab; nothing in it is changed yet.</param>
    /// <exception cref="SystemCallException">A namespace cannot be made.</exception>
    public ClientContainers(HostLab lab)
    {
        _client = lab.Client;
        Forwarded = new LabHost(HostRole.Container);
        Child = new LabHost(HostRole.Container);
    }

    /// <summary>The container that the client forwards for.</summary>
    public LabHost Forwarded { get; }

    /// <summary>The container with a child of the client's card.</summary>
    public LabHost Child { get; }

    /// <summary>Wires both.</summary>
    /// <exception cref="CommandFailedException">The kernel refused an interface, an address or a route.</exception>
    public async Task WireAsync()
    {
        await _client.IpAsync(
            $"link add {Interface} type veth peer name eth0 netns {Forwarded.Namespace.Path}",
            $"link add link {HostLab.PhysicalInterface} name {ChildName} address {LabAddresses.ChildMac} type macvlan mode bridge",
            $"link set {ChildName} netns {Child.Namespace.Path}");
        await new NetworkSetUp().SetUp(Interface).Addresses(Interface, LabAddresses.GatewayInside, 26).DoAsync(_client.Root);

        // It asks nobody for anything, so that only what its programs send is seen: no router is solicited, no neighbour.
        await Child.SysctlAsync(
            $"net/ipv6/conf/{ChildName}/accept_dad=0",
            $"net/ipv6/conf/{ChildName}/router_solicitations=0",
            $"net/ipv6/conf/{ChildName}/addr_gen_mode=1");
        await Task.WhenAll(
            HostLab.End(LabAddresses.Workstation, 26, LabAddresses.GatewayInside).DoAsync(Forwarded.Root),
            WireChildAsync());
    }

    private async Task WireChildAsync()
    {
        await new NetworkSetUp().SetUp("lo", ChildName).Addresses(ChildName, LabAddresses.Child, 24).DoAsync(Child.Root);
        await Child.IpAsync([.. LabAddresses.Router.Both.Select(router => $"neighbour add {router} lladdr {LabAddresses.RouterMac} dev {ChildName}")]);
        await new NetworkSetUp().DefaultRoutes(LabAddresses.Router, ChildName).DoAsync(Child.Root);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Forwarded.DisposeAsync();
        await Child.DisposeAsync();
    }
}
