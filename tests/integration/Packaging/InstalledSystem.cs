// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>
/// A Debian in a folder, whose programs run in the network namespace of a client that is wired to an outside. It has no
/// service manager that runs, as in a container or while a system is being installed.
/// </summary>
internal sealed class InstalledSystem : IDisposable
{
    // Says when it has begun, and ends when it is killed, or a test that failed has forgotten it.
    private const string Blast = """
        alarm 300; $< = $> = 65534; socket(my $s, 2, 2, 0); $| = 1; print "begun\n";
        while (1) { send($s, "nonce", 0, pack("S n C4 x8", 2, 9, 203, 0, 113, 99)) }
        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("leakverifier-root-");

    private InstalledSystem(Wire wire)
    {
        Wire = wire;
    }

    public Wire Wire { get; }

    public static async Task<InstalledSystem> CreateAsync()
    {
        var system = new InstalledSystem(await Wire.CreateAsync());
        var unpack = await ProgramRun.FinishAsync(
            ProgramRun.Start("tar", "-x", "-f", BootFiles.Base, "-C", system._root.FullName));
        unpack.ExitCode.Should().Be(0, "{0}", unpack);
        return system;
    }

    /// <summary>Where a file of the system is on this machine.</summary>
    public string At(string path) => Path.Combine(_root.FullName, path.TrimStart('/'));

    /// <summary>Runs a line of the shell in the system; it must succeed.</summary>
    /// <returns>What it printed, errors included.</returns>
    public async Task<string> RunAsync(string line)
    {
        var run = await TryRunAsync(line);
        run.ExitCode.Should().Be(0, "'{0}' should work: {1}", line, run);
        return run.Output + run.Error;
    }

    /// <summary>Runs a line of the shell in the system, whatever its exit code.</summary>
    public Task<ProgramRun> TryRunAsync(string line) => ProgramRun.FinishAsync(Start(line));

    /// <summary>Starts a line of the shell in the system.</summary>
    public Process Start(string line)
    {
        // A mount namespace of its own: what is mounted is gone with the line.
        const string enter = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" sh -euc \"$1\"";
        return Wire.Client.Start("unshare", "--mount", "sh", "-euc", enter, _root.FullName, line);
    }

    /// <summary>Builds the package of the programs in artifacts/ under another version.</summary>
    /// <param name="version">The version.</param>
    /// <param name="folder">Where the file goes.</param>
    /// <returns>The file's path.</returns>
    public static async Task<string> BuildAsync(string version, string folder)
    {
        var script = Path.Combine(VpnFirewall.Root, "packaging", "build-deb.sh");
        var run = await ProgramRun.FinishAsync(ProgramRun.Start(script, version, folder));
        run.ExitCode.Should().Be(0, "{0}", run);
        return run.Output.Trim();
    }

    /// <summary>Installs a package as dpkg does it for apt.</summary>
    /// <returns>What dpkg and the package said.</returns>
    public async Task<string> InstallAsync(string package)
    {
        File.Copy(package, At("/tmp/package.deb"), overwrite: true);
        return await RunAsync("DEBIAN_FRONTEND=noninteractive dpkg --force-depends --install /tmp/package.deb");
    }

    /// <summary>Starts to send datagrams in the clear, as nobody, as fast as it goes.</summary>
    public async Task<Process> StartBlastAsync()
    {
        var blast = Wire.Client.Start("perl", "-e", Blast);
        (await blast.StandardOutput.ReadLineAsync()).Should().Be("begun");
        await Wire.ArrivedAsync();
        return blast;
    }

    /// <summary>Ends what <see cref="StartBlastAsync"/> started.</summary>
    public static async Task EndAsync(Process blast)
    {
        blast.Kill();
        await blast.WaitForExitAsync();
    }

    /// <summary>Waits until something arrives outside: what is sent, leaves.</summary>
    public async Task MustBeOpenAsync()
    {
        Wire.Send("203.0.113.99", 9, Wire.OtherUser).Should().BeTrue();
        while (await Wire.ArrivedAsync() == 0)
        {
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        Wire.Dispose();
        _root.Delete(recursive: true);
    }
}
