// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>
/// The <c>docker</c> kind: client and VPN server are containers. Router, internet and resolver stay bare namespaces: no
/// program under test runs on them, they are the wire and the far ends of it, and a container for each would cost more
/// time than all the rest of a run's set-up.
/// </summary>
internal sealed class ContainerHosts : IHostSource
{
    private static readonly NamespaceHosts Others = new();

    private readonly ContainerEngine _engine;

    /// <param name="engine">The engine; whoever opened it closes it.</param>
    public ContainerHosts(ContainerEngine engine)
    {
        _engine = engine;
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerException">The engine or the image is of no use.</exception>
    /// <exception cref="SystemCallException">A namespace cannot be made or entered.</exception>
    public Task<LabHost> StartAsync(HostRole role, CancellationToken cancellation)
    {
        return role switch
        {
            HostRole.Client => LabContainer.StartAsync(_engine, role, ContainerSpecification.Client, cancellation),
            HostRole.VpnServer => LabContainer.StartAsync(_engine, role, ContainerSpecification.Server, cancellation),
            _ => Others.StartAsync(role, cancellation),
        };
    }
}
