// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs;

/// <summary>The <c>netns</c> kind: a host is an anonymous network namespace with the machine's own files and programs.</summary>
public sealed class NamespaceHosts : IHostSource
{
    /// <inheritdoc/>
    public int LabsPerCore => 11;

    /// <inheritdoc/>
    /// <exception cref="SystemCallException">A namespace cannot be made.</exception>
    public Task<LabHost> StartAsync(HostRole role, bool hasPrograms, CancellationToken cancellation)
    {
        return Task.FromResult(new LabHost(role, NetworkNamespace.CreateAndEnter()));
    }
}
