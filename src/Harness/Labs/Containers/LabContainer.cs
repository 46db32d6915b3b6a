// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>A container that is a host of a lab.</summary>
internal sealed class LabContainer : IHostContents
{
    private const UnixFileMode ReadableAndWritableByAll = (UnixFileMode)0x1B6; // 0666
    private const string TunNode = "/dev/net/tun";

    private readonly ContainerEngine _engine;
    private readonly string _id;
    private readonly ContainerDoor _door;

    private LabContainer(ContainerEngine engine, string id, ContainerDoor door, NamespaceThread programs)
    {
        _engine = engine;
        _id = id;
        _door = door;
        Programs = programs;
    }

    /// <inheritdoc/>
    public NamespaceThread Programs { get; }

    /// <summary>Starts a container and makes a host of it.</summary>
    /// <exception cref="ContainerException">The engine or the image is of no use.</exception>
    /// <exception cref="SystemCallException">The container cannot be entered.</exception>
    public static async Task<LabHost> StartAsync(
        ContainerEngine engine, HostRole role, ContainerSpecification specification, CancellationToken cancellation)
    {
        var (id, process) = await engine.StartAsync(specification, cancellation);
        try
        {
            var door = ContainerDoor.Open(id, process, specification.Capabilities);
            var network = NetworkNamespace.Of(process);
            var programs = new NamespaceThread(network, specification.Role + "-programs", prepare: door.Enter, start: door.Start);

            // The node has the mode of the machine's, which may be for root alone; a VPN client runs as a user of its own.
            await programs.RunAsync(() => File.SetUnixFileMode(TunNode, ReadableAndWritableByAll));
            return new LabHost(role, network, new LabContainer(engine, id, door, programs));
        }
        catch
        {
            await engine.RemoveAsync(id);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task CopyAsync(string path)
    {
        var tree = FileTree.Read(path);
        await Programs.RunAsync(tree.Write);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Programs.Dispose();
        _door.Dispose();
        await _engine.RemoveAsync(_id);
    }
}
