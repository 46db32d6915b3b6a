// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Sandboxing;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A host of a lab: a network namespace in which the harness opens sockets, captures and starts programs.
/// </summary>
public sealed class LabHost : IDisposable
{
    private readonly ConcurrentDictionary<uint, Lazy<NamespaceThread>> _users = new();

    /// <param name="name">Its role, such as <c>client</c>.</param>
    /// <param name="hasOwnRunFolder">Whether programs on it see a /run of their own.</param>
    /// <exception cref="SystemCallException">A namespace cannot be made.</exception>
    public LabHost(string name, bool hasOwnRunFolder = false)
    {
        Name = name;
        Namespace = NetworkNamespace.Create();
        Root = new NamespaceThread(Namespace, name, prepare: hasOwnRunFolder ? PrivateMounts.GiveOwnRunFolder : null);
    }

    /// <summary>Its role.</summary>
    public string Name { get; }

    /// <summary>Its network namespace.</summary>
    public NetworkNamespace Namespace { get; }

    /// <summary>Where root's sockets are opened and programs started.</summary>
    public NamespaceThread Root { get; }

    /// <summary>Where a user's sockets are opened.</summary>
    public NamespaceThread As(uint uid)
    {
        return _users.GetOrAdd(uid, user => new(() => new NamespaceThread(Namespace, $"{Name}-{user}", user))).Value;
    }

    /// <summary>Runs <c>ip -batch</c> (ip(8)).</summary>
    /// <exception cref="CommandFailedException">A line failed; none after it was tried.</exception>
    public async Task IpAsync(params string[] lines)
    {
        var result = await ChildProcess.RunAsync(Root, ["ip", "-batch", "-"], input: string.Join('\n', lines) + "\n");
        result.ThrowIfFailed();
    }

    /// <summary>Sets kernel parameters of the host's namespace.</summary>
    /// <param name="settings">Pairs such as <c>net/ipv4/ip_forward=1</c>.</param>
    public Task SysctlAsync(params string[] settings)
    {
        return Root.RunAsync(() =>
        {
            foreach (var setting in settings)
            {
                var parts = setting.Split('=', 2);
                File.WriteAllText("/proc/sys/" + parts[0], parts[1]);
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var user in _users.Values)
        {
            user.Value.Dispose();
        }

        Root.Dispose();
        Namespace.Dispose();
    }
}
