// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>
/// A network namespace that ends with this process, however it ends: its holder reads from a pipe of ours.
/// </summary>
internal sealed partial class TestNamespace : IDisposable
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET

    private readonly Process _holder;

    private TestNamespace(Process holder)
    {
        _holder = holder;
    }

    public int HolderId => _holder.Id;

    private string File => string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/ns/net");

    public static async Task<TestNamespace> CreateAsync()
    {
        var holder = ProgramRun.Start("unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat");
        (await holder.StandardOutput.ReadLineAsync()).Should().Be("ready", "network namespaces need root");
        return new TestNamespace(holder);
    }

    /// <summary>The processes that live inside, the holder included.</summary>
    public IEnumerable<int> ProcessIds()
    {
        var mine = new FileInfo(File).LinkTarget;
        return
            from folder in Directory.EnumerateDirectories("/proc")
            let id = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var number) ? number : 0
            where id > 0 && NamespaceOf(id) == mine
            select id;
    }

    /// <summary>Starts a program inside.</summary>
    public Process Start(params string[] command) => ProgramRun.Start(["nsenter", "--net=" + File, "--", .. command]);

    /// <summary>Runs a program inside, whatever its exit code.</summary>
    public Task<ProgramRun> TryRunAsync(params string[] command) => ProgramRun.FinishAsync(Start(command));

    /// <summary>Runs a line of the shell inside; it must succeed.</summary>
    public async Task<string> RunAsync(string line)
    {
        var run = await TryRunAsync("sh", "-ec", line);
        run.ExitCode.Should().Be(0, "'{0}' should work: {1}", line, run);
        return run.Output;
    }

    /// <summary>Loads an nft script inside; it must be accepted.</summary>
    public async Task LoadAsync(string script)
    {
        var run = await ProgramRun.FinishAsync(Start("nft", "-f", "-"), script);
        run.ExitCode.Should().Be(0, "nft should accept the script: {0}", run);
    }

    /// <summary>
    /// Opens a socket that lives inside. To the kernel its owner is the user of the thread that made it (fsuid).
    /// </summary>
    public Socket Open(AddressFamily family, SocketType type, uint user = 0)
    {
        return Within(() =>
        {
            _ = SetFileSystemUser(user);
            return new Socket(family, type, ProtocolOf(type));
        });
    }

    /// <summary>Opens a packet socket that lives inside and receives nothing (packet(7), protocol 0).</summary>
    public Socket OpenPacket() => Within(() => new Socket(AddressFamily.Packet, SocketType.Raw, 0));

    /// <summary>Does something on a thread inside.</summary>
    public T Within<T>(Func<T> work)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = System.IO.File.OpenHandle(File);
                Enter(handle).Should().Be(0, "setns needs root");
                result = work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException("inside of the namespace", failure);
    }

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static string? NamespaceOf(int id)
    {
        try
        {
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/ns/net")).LinkTarget;
        }
        catch (IOException)
        {
            return null; // it has ended meanwhile
        }
    }

    private static ProtocolType ProtocolOf(SocketType type) => type switch
    {
        SocketType.Stream => ProtocolType.Tcp,
        SocketType.Raw => ProtocolType.Raw, // IPPROTO_RAW: the packet brings its IP header, raw(7)
        _ => ProtocolType.Udp,
    };

    private static int Enter(SafeFileHandle handle) => SetNamespace(handle, NetworkNamespace);

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
