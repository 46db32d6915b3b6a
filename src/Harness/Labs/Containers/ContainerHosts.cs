// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>
/// The <c>docker</c> kind: hosts that programs run on are containers. Router, internet and resolver stay bare namespaces: they
/// are the wire and the far ends of it, and a container for each would cost more time than all the rest of a run's set-up.
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

    /// <summary>Fewer than of bare namespaces: the engine starts and removes containers one after the other, and with more
    /// labs each waits longer while all together take no less.</summary>
    public int LabsPerCore => 4;

    /// <inheritdoc/>
    /// <exception cref="ContainerException">The engine or the image is of no use.</exception>
    /// <exception cref="SystemCallException">A namespace cannot be made or entered.</exception>
    public Task<LabHost> StartAsync(HostRole role, bool hasPrograms, CancellationToken cancellation)
    {
        return role switch
        {
            _ when !hasPrograms => Others.StartAsync(role, hasPrograms, cancellation),
            HostRole.Client => StartAsync(role, ContainerSpecification.Client, cancellation),
            HostRole.VpnServer => StartAsync(role, ContainerSpecification.Server, cancellation),
            HostRole.Workstation => StartAsync(role, ContainerSpecification.Workstation, cancellation),
            _ => Others.StartAsync(role, hasPrograms, cancellation),
        };
    }

    // The calling thread may be in some host's network, where there is no engine.
    private Task<LabHost> StartAsync(HostRole role, ContainerSpecification specification, CancellationToken cancellation)
    {
        return Task.Run(() => LabContainer.StartAsync(_engine, role, specification, cancellation), cancellation);
    }
}
