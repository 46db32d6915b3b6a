// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>The Docker engine of this machine. Every failure of it becomes a message that says what was being done.</summary>
internal sealed class ContainerEngine : IDisposable
{
    /// <summary>The label of every container that a lab makes: which run of the harness it belongs to.</summary>
    public const string RunLabel = "leakverifier.run";

    private const string HostLabel = "leakverifier.host";
    private const string DefaultAddress = "unix:///var/run/docker.sock";

    /// <summary>A container is up within a second; an engine that is this late hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DockerClient _client;

    private ContainerEngine(DockerClient client, string address)
    {
        _client = client;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>The engine that DOCKER_HOST names, or the usual one. Nothing is sent yet.</summary>
    /// <exception cref="ContainerException">DOCKER_HOST is not a unix socket: containers of another machine cannot be wired.</exception>
    public static ContainerEngine Open()
    {
        var address = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } named ? named : DefaultAddress;
        if (!address.StartsWith("unix:///", StringComparison.Ordinal))
        {
            throw new ContainerException(
                $"DOCKER_HOST={address}: the Docker lab wires containers itself, so their engine must be on this machine; give unix:///PATH or unset it");
        }

        var client = new DockerClientBuilder().WithEndpoint(new Uri(address)).WithTimeout(Patience).Build();
        return new ContainerEngine(client, address);
    }

    /// <summary>Requires that the engine answers.</summary>
    /// <exception cref="ContainerException">It does not.</exception>
    public Task RequireAsync()
    {
        return AskAsync("asking for the engine's version", client => client.System.GetVersionAsync());
    }

    /// <summary>The labels of an image.</summary>
    /// <returns>Null when there is no such image.</returns>
    /// <exception cref="ContainerException">The engine does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, string>?> FindImageAsync(string name)
    {
        return await AskAsync<IReadOnlyDictionary<string, string>?>($"looking for the image {name}", async client =>
        {
            try
            {
                var image = await client.Images.InspectImageAsync(name);
                return new Dictionary<string, string>(image.Config?.Labels ?? new Dictionary<string, string>());
            }
            catch (DockerApiException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
        });
    }

    /// <summary>Starts a container, and waits until its first process runs.</summary>
    /// <param name="specification">What it is made of.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="prepare">What is done with its id before it starts.</param>
    /// <returns>Its id and the id of its first process.</returns>
    /// <exception cref="ContainerException">The image is missing, or it does not start.</exception>
    public async Task<(string Id, int Process)> StartAsync(
        ContainerSpecification specification, CancellationToken cancellation, Func<string, Task>? prepare = null)
    {
        var doing = $"starting a container of {specification.Image}";
        var created = await AskAsync(doing, client => client.Containers.CreateContainerAsync(Parameters(specification), cancellation));
        try
        {
            await (prepare?.Invoke(created.ID) ?? Task.CompletedTask);
            await AskAsync(doing, client => client.Containers.StartContainerAsync(created.ID, new ContainerStartParameters(), cancellation));
            var inspected = await AskAsync(doing, client => client.Containers.InspectContainerAsync(created.ID, cancellation));

            // One that runs by itself may have ended by now: what it wrote tells why.
            return inspected.State is { Running: true, Pid: > 0 } || specification.Network is not null
                ? (created.ID, (int)(inspected.State?.Pid ?? 0))
                : throw new ContainerException($"{doing}: it ended at once with exit code {inspected.State?.ExitCode}");
        }
        catch
        {
            await RemoveAsync(created.ID);
            throw;
        }
    }

    /// <summary>Puts files into a container.</summary>
    /// <param name="id">The container.</param>
    /// <param name="archive">A tar archive; its paths begin at the root.</param>
    /// <exception cref="ContainerException">The engine does not take them.</exception>
    public Task PutAsync(string id, Stream archive)
    {
        return AskAsync("copying files into a container", async client =>
        {
            await client.Containers.ExtractArchiveToContainerAsync(id, new CopyToContainerParameters { Path = "/" }, archive);
            return true;
        });
    }

    /// <summary>What a container's first process writes, from its start.</summary>
    /// <exception cref="ContainerException">The engine does not answer.</exception>
    public Task<MultiplexedStream> AttachAsync(string id)
    {
        return AskAsync("attaching to a container", client => client.Containers.AttachContainerAsync(
            id, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }));
    }

    /// <summary>Ends a container and removes it with what it wrote.</summary>
    /// <exception cref="ContainerException">The engine does not answer.</exception>
    public Task RemoveAsync(string id)
    {
        return AskAsync("removing a container", async client =>
        {
            try
            {
                await client.Containers.RemoveContainerAsync(
                    id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
            }
            catch (DockerApiException exception) when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // It is gone, or another removal of it is under way.
            }

            return true;
        });
    }

    /// <summary>Removes the containers of runs that have ended, and no others.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ContainerException">The engine does not answer.</exception>
    public async Task<int> RemoveLeftoversAsync()
    {
        var all = await AskAsync("listing containers", client => client.Containers.ListContainersAsync(new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["label"] = new Dictionary<string, bool> { [RunLabel] = true },
            },
        }));
        List<string> left = [.. all
            .Where(container => RunIdentity.Parse(container.Labels[RunLabel]) is { IsAlive: false })
            .Select(container => container.ID)];
        await Task.WhenAll(left.Select(RemoveAsync));
        return left.Count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
    }

    private static CreateContainerParameters Parameters(ContainerSpecification specification)
    {
        var parameters = new CreateContainerParameters
        {
            Image = specification.Image,
            Labels = new Dictionary<string, string>
            {
                [RunLabel] = RunIdentity.OfThisRun.ToString(),
                [HostLabel] = specification.Role,
            },
            HostConfig = new HostConfig
            {
                NetworkMode = "container:" + specification.Network,
                CapAdd = [.. specification.Capabilities.Select(NameOf)],
                SecurityOpt = ["no-new-privileges"],
                Devices =
                [
                    new DeviceMapping { PathOnHost = "/dev/net/tun", PathInContainer = "/dev/net/tun", CgroupPermissions = "rw" },
                ],
                LogConfig = new LogConfig { Type = "none" },
            },
        };
        if (specification.Network is null)
        {
            parameters.Entrypoint = ["sleep", "infinity"];
            parameters.HostConfig.NetworkMode = "none";
            parameters.NetworkDisabled = true; // Else the engine starts itself once more for each container, to wire nothing.
            parameters.HostConfig.IpcMode = "none"; // Its /dev/shm would refuse to run the programs that the harness puts there.
            parameters.HostConfig.CapDrop = ["ALL"];
        }

        return parameters;
    }

    private static string NameOf(Capability capability) => capability switch
    {
        Capability.NetAdmin => "NET_ADMIN",
        Capability.NetBindService => "NET_BIND_SERVICE",
        Capability.SetUid => "SETUID",
        Capability.SetGid => "SETGID",
        _ => throw new ArgumentOutOfRangeException(nameof(capability)),
    };

    private async Task<T> AskAsync<T>(string doing, Func<DockerClient, Task<T>> question)
    {
        try
        {
            return await question(_client);
        }
        catch (DockerApiException exception)
        {
            throw new ContainerException($"{doing}: {exception.Message.Trim()}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or TimeoutException)
        {
            throw new ContainerException($"{doing}: no Docker engine answers at {Address}: {exception.Message}", exception);
        }
    }
}
