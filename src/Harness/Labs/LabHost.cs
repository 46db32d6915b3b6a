// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A host of a lab: a network namespace in which the harness opens sockets, captures and starts programs. It may have
/// files and privileges of its own, which its <see cref="Programs"/> see and the harness's sockets do not care about.
/// </summary>
public sealed class LabHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<uint, Lazy<NamespaceThread>> _users = new();
    private readonly IHostContents? _contents;

    /// <summary>A host with the machine's own files and programs.</summary>
    /// <param name="role">What it is in the lab; programs on the client see a /run of their own.</param>
    /// <param name="networkNamespace">Its network; null: a new one. The host owns it from here on.</param>
    /// <exception cref="SystemCallException">A namespace cannot be made.</exception>
    public LabHost(HostRole role, NetworkNamespace? networkNamespace = null)
    {
        Name = NameOf(role);
        Namespace = networkNamespace ?? NetworkNamespace.Create();
        Root = new NamespaceThread(Namespace, Name, prepare: role == HostRole.Client ? PrivateMounts.GiveOwnRunFolder : null);
    }

    /// <summary>A host with files and programs of its own, all of which it owns from here on.</summary>
    /// <exception cref="SystemCallException">The namespace cannot be entered.</exception>
    internal LabHost(HostRole role, NetworkNamespace networkNamespace, IHostContents contents)
    {
        Name = NameOf(role);
        Namespace = networkNamespace;
        _contents = contents;
        Root = new NamespaceThread(Namespace, Name);
    }

    /// <summary>Its role.</summary>
    public string Name { get; }

    /// <summary>Its network namespace.</summary>
    public NetworkNamespace Namespace { get; }

    /// <summary>Where the harness's own sockets are opened, as root, and its tools (ip, nft) started.</summary>
    public NamespaceThread Root { get; }

    /// <summary>Where the host's own programs are started, as its root: firewall, VPN client, applications.</summary>
    public NamespaceThread Programs => _contents?.Programs ?? Root;

    /// <summary>The id of its container; null: it is a bare namespace.</summary>
    internal string? ContainerId => _contents?.ContainerId;

    /// <summary>Where programs of any user may write: the caller's TMPDIR may be for root alone.</summary>
    public string TemporaryFolder => _contents is null ? Sandbox.WorkFolder : "/tmp";

    /// <summary>Where a user's sockets are opened.</summary>
    public NamespaceThread As(uint uid)
    {
        return _users.GetOrAdd(uid, user => new(() => new NamespaceThread(Namespace, $"{Name}-{user}", user))).Value;
    }

    /// <summary>Makes sure that the host's programs find a file or folder of the harness at its path.</summary>
    /// <param name="path">An absolute path.</param>
    public Task ShowAsync(string path)
    {
        return _contents?.CopyAsync(path) ?? Task.CompletedTask;
    }

    /// <summary>Runs <c>ip -batch</c> (ip(8)), but for lines about IPv6 on interfaces on which somebody disabled it.</summary>
    /// <exception cref="CommandFailedException">A line failed; none after it was tried.</exception>
    public async Task IpAsync(params string[] lines)
    {
        var possible = await Root.RunAsync(() => lines.Where(line => !DisabledIPv6.IsNeededBy(line)).ToList());
        var result = await ChildProcess.RunAsync(Root, ["ip", "-batch", "-"], input: string.Join('\n', possible) + "\n");
        result.ThrowIfFailed();
    }

    /// <summary>Whether an interface may have IPv6, or will be allowed to when it comes.</summary>
    public Task<bool> HasIPv6Async(string link) => Root.RunAsync(() => !DisabledIPv6.IsOn(link));

    /// <summary>Sets kernel parameters of the host's namespace.</summary>
    /// <param name="settings">Pairs such as <c>net/ipv4/ip_forward=1</c>.</param>
    public Task SysctlAsync(params string[] settings) => Root.RunAsync(() => Write(settings));

    /// <summary>The same, on the calling thread, which moves to the host's namespace: use a thread of your own.</summary>
    internal void Sysctl(params string[] settings)
    {
        Namespace.Enter();
        Write(settings);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var user in _users.Values)
        {
            user.Value.Dispose();
        }

        Root.Dispose();
        Namespace.Dispose();
        await (_contents?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static void Write(string[] settings)
    {
        foreach (var setting in settings)
        {
            var parts = setting.Split('=', 2);
            File.WriteAllText("/proc/sys/" + parts[0], parts[1]);
        }
    }

    private static string NameOf(HostRole role) => role switch
    {
        HostRole.Client => "client",
        HostRole.Router => "router",
        HostRole.VpnServer => "vpn-server",
        HostRole.Internet => "internet",
        HostRole.Workstation => "workstation",
        HostRole.Container => "container",
        _ => "resolver",
    };
}
