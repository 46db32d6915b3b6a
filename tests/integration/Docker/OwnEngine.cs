// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.Firewall;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>
/// An engine of one test's own, which may be ended or given a full disk: own socket, folders and mounts, no bridge, no rules.
/// It leaves no mounts on the machine, since it has a mount namespace of its own.
/// </summary>
internal sealed class OwnEngine : IAsyncDisposable
{
    /// <summary>The names of the images without which no lab starts.</summary>
    private static readonly string[] LabImages = ["leakverifier/client", "leakverifier/server"];

    private readonly string _folder = Directory.CreateTempSubdirectory("leakverifier-engine-").FullName;
    private readonly string? _diskSize;
    private Process _process;

    private OwnEngine(string? diskSize)
    {
        _diskSize = diskSize;
        Directory.CreateDirectory(Data);
        _process = Launch();
    }

    private string Address => $"unix://{_folder}/docker.sock";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts one that has no image.</summary>
    /// <param name="diskSize">The size of its disk, as mount(8) takes it for a tmpfs; null: the machine's own disk.</param>
    public static async Task<OwnEngine> StartAsync(string? diskSize = null)
    {
        var engine = new OwnEngine(diskSize);
        await engine.WaitAsync();
        return engine;
    }

    /// <summary>Gives it images that are enough for a lab whose tunnel and traffic are the harness's own.</summary>
    /// <param name="program">The only program of the images besides the libraries that it needs.</param>
    public async Task LoadImagesAsync(string program = "/bin/sleep")
    {
        // With its folders: those that an archive leaves out the engine makes for root alone, and these containers' root has
        // no capability.
        var (tar, root) = (Path.Combine(_folder, "image.tar"), Path.Combine(_folder, "root"));
        var made = await RunAsync("sh", "-ec", $"""
            umask 022
            mkdir {root}
            cp --parents --dereference {program} $(ldd {program} | grep -o '/[^ ]*') {root}
            tar --create --file {tar} --directory {root} .
            """);
        made.ExitCode.Should().Be(0, "{0}", made);
        foreach (var name in LabImages)
        {
            await AskAsync("import", tar, name);
        }

        File.Delete(tar);
    }

    /// <summary>Leaves no room on its disk.</summary>
    public void FillDisk()
    {
        using var file = File.Create($"/proc/{_process.Id}/root{Data}/filler");
        var block = new byte[64 * 1024];
        var write = () =>
        {
            while (true)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
        };
        write.Should().Throw<IOException>("the disk is small");
    }

    /// <summary>Kills it; its containers go on.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();

        // Its containerd died with it. Where nobody reaps orphans its number still looks like a running process.
        File.Delete(Path.Combine(_folder, "exec", "containerd", "containerd.pid"));
        _process = Launch();
        await WaitAsync();
    }

    /// <summary>Runs <c>docker</c> with it.</summary>
    public async Task<string> AskAsync(params string[] arguments)
    {
        var run = await RunAsync(["docker", "--host", Address, .. arguments]);
        run.ExitCode.Should().Be(0, "{0}", run);
        return run.Output.Trim();
    }

    /// <summary>The ids of all its containers, ended ones too.</summary>
    public Task<IReadOnlyList<string>> ContainersAsync() => ListAsync("--all");

    /// <summary>The ids of its containers that run.</summary>
    public Task<IReadOnlyList<string>> RunningAsync() => ListAsync("--filter", "status=running");

    /// <summary>Starts <c>verify</c> with it.</summary>
    public Process Verify(params string[] arguments)
    {
        return VerifyRun.StartCommand(
            marker: null, ["env", "DOCKER_HOST=" + Address, VerifyRun.Program, "verify", "--json", "-", "--lab", "docker", .. arguments]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await RunAsync("kill", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<ProgramRun> RunAsync(params string[] command) => ProgramRun.FinishAsync(ProgramRun.Start(command));

    private async Task<IReadOnlyList<string>> ListAsync(params string[] which)
    {
        return (await AskAsync(["ps", "--quiet", .. which])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Process Launch()
    {
        // Without copying on write, so that it works on every file system.
        var disk = _diskSize is null ? "" : $"mount -t tmpfs -o size={_diskSize} none {Data} && ";
        return Process.Start(new ProcessStartInfo(
            "unshare",
            [
                "--mount", "sh", "-c",
                $"{disk}exec dockerd --host {Address} --data-root {Data} --exec-root {_folder}/exec --pidfile {_folder}/pid "
                    + $"--storage-driver vfs --bridge=none --iptables=false --ip6tables=false --ip-forward=false >>{_folder}/log 2>&1",
            ]))!;
    }

    private async Task WaitAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while ((await RunAsync("docker", "--host", Address, "version")).ExitCode != 0)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException("the engine does not start: " + await File.ReadAllTextAsync(_folder + "/log"));
            }
        }
    }
}
