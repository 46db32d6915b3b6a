// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using Docker.DotNet;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Tunnels;

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>
/// A container that runs by itself in the network of a client's container: its entry point is its own, and so is the VPN
/// client in it. Signals go to the process that holds the tun.
/// </summary>
internal sealed class KillSwitchContainer : IRunningProgram
{
    /// <summary>Where the container finds what the lab gives it.</summary>
    public const string Folder = "/run/leakverifier";

    private const int ReadSize = 16 * 1024;
    private const UnixFileMode FolderMode = (UnixFileMode)0x1ED; // 0755
    private const UnixFileMode FileMode = (UnixFileMode)0x1A4; // 0644

    private readonly ContainerEngine _engine;
    private readonly string _id;
    private readonly MultiplexedStream _stream;
    private readonly OutputLog _output = new();
    private readonly Task _reading;
    private Process? _tunnelProcess;

    private KillSwitchContainer(ContainerEngine engine, string id, MultiplexedStream stream)
    {
        _engine = engine;
        _id = id;
        _stream = stream;
        _reading = ReadAsync();
    }

    /// <inheritdoc/>
    public string Output => _output.ToString();

    /// <summary>Completes when the process that holds the tun has ended.</summary>
    public Task Exited => TunnelProcess().WaitForExitAsync();

    /// <summary>Starts it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="image">The image.</param>
    /// <param name="client">The host whose network it shares; it is wired already.</param>
    /// <param name="folder">What it finds in <see cref="Folder"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ContainerException">The image is missing, or it does not start.</exception>
    public static async Task<KillSwitchContainer> StartAsync(
        ContainerEngine engine, string image, LabHost client, string folder, CancellationToken cancellation)
    {
        var network = client.ContainerId ?? throw new ContainerException($"starting {image}: the client is no container");
        MultiplexedStream? stream = null;
        try
        {
            var specification = ContainerSpecification.KillSwitch(image, network);
            var (id, _) = await engine.StartAsync(specification, cancellation, async id =>
            {
                using var archive = Archive(folder);
                await engine.PutAsync(id, archive);
                stream = await engine.AttachAsync(id);
            });
            return new KillSwitchContainer(engine, id, stream!);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="TunnelException">No process of the container holds the tun.</exception>
    public void Send(Signal signal)
    {
        _ = LibC.kill(TunnelProcess().Id, (int)signal);
    }

    /// <inheritdoc/>
    public Task<string?> WaitForLineAsync(Predicate<string> isWanted, CancellationToken cancellation)
    {
        return _output.WaitForLineAsync(isWanted, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _engine.RemoveAsync(_id);
        await _reading;
        _stream.Dispose();
        _tunnelProcess?.Dispose();
    }

    private static MemoryStream Archive(string folder)
    {
        var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            // Said, or the engine makes it for root alone; a VPN client may run as another user.
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, Folder[1..] + "/") { Mode = FolderMode });
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                var entry = new PaxTarEntry(TarEntryType.RegularFile, $"{Folder[1..]}/{Path.GetFileName(file)}")
                {
                    Mode = FileMode,
                    DataStream = new MemoryStream(File.ReadAllBytes(file)),
                };
                tar.WriteEntry(entry);
            }
        }

        archive.Position = 0;
        return archive;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[ReadSize];
        var rest = "";
        try
        {
            while (await _stream.ReadOutputAsync(buffer, 0, buffer.Length, CancellationToken.None) is { EOF: false } read)
            {
                var lines = (rest + System.Text.Encoding.UTF8.GetString(buffer, 0, read.Count)).Split('\n');
                rest = lines[^1];
                foreach (var line in lines[..^1])
                {
                    _output.Append(line.TrimEnd('\r'));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or HttpRequestException)
        {
            // The container was removed, or its engine has ended.
        }
        finally
        {
            _output.Append(rest);
            _output.Close();
        }
    }

    private Process TunnelProcess()
    {
        return _tunnelProcess ??= Directory.EnumerateDirectories("/proc", "*")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && IsInContainer(id) && HoldsTunnel(id))
            .Select(Process.GetProcessById)
            .FirstOrDefault()
            ?? throw new TunnelException($"no process of the image's container holds {ITunnel.Interface}");
    }

    private bool IsInContainer(int process) => Read(process, "cgroup").Contains(_id, StringComparison.Ordinal);

    /// <summary>A descriptor of a tun names its interface (drivers/net/tun.c, tun_chr_show_fdinfo).</summary>
    private static bool HoldsTunnel(int process)
    {
        try
        {
            return Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo"))
                .Any(file => Read(process, "fdinfo/" + Path.GetFileName(file)).Contains($"iff:\t{ITunnel.Interface}\n", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false; // It has just ended.
        }
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // It has just ended, or closed the descriptor.
        }
    }
}
