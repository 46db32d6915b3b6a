// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>
/// Settings of the kernel (sysctl) that keep the tunnel's address from the neighbours, let nobody change routes, and keep a
/// router reachable behind narrow rules. What they were is kept in a file until they are set back.
/// </summary>
/// <remarks>
/// The file is written before a setting is changed, whole or not at all, so that a process that is killed at any moment
/// leaves a way back. A value that is already ours is never taken for the one before.
/// </remarks>
public sealed partial class KernelSettings
{
    private const string Ipv4 = "ipv4/conf";
    private const string Ipv6 = "ipv6/conf";
    private const string Ipv6Neighbours = "ipv6/neigh";
    private const string Reprobes = "mcast_resolicit";

    // access(2) and errno(3), the same on every architecture of Linux.
    private const int ToWrite = 2;
    private const int ReadOnlyFileSystem = 30;

    private static readonly WantedSetting[] Wanted =
    [
        // Who-has is answered for the addresses of the interface that is asked, and who-has names no other (ip-sysctl).
        // With 2 who asks must be of the same network, too.
        new(Ipv4, "arp_ignore", "1", IsGoodToo: current => current == "2"),
        new(Ipv4, "arp_announce", "2"),

        // Redirects change routes.
        new(Ipv4, "accept_redirects", "0"),
        new(Ipv4, "send_redirects", "0"),
        new(Ipv6, "accept_redirects", "0"),

        // A router that is known by a global address is asked again there first, which the rules refuse: no rule can tell an
        // address on the link from one behind it. Without a question to its group after that it counts as unreachable every
        // half minute, and the route to the VPN's server yields to the tunnel's own (rt6_check_neigh in net/ipv6/route.c).
        new(Ipv6Neighbours, Reprobes, "3", IsGoodToo: IsAtLeastOnce),
    ];

    private readonly string _root;
    private readonly string _file;
    private readonly Func<string, uint, bool> _setReprobes;

    /// <param name="root">Where the kernel has its network settings.</param>
    /// <param name="file">Where the values before are kept.</param>
    /// <param name="setReprobes">
    /// Sets <c>mcast_resolicit</c> of an interface where the files cannot be written; by default no interface's.
    /// </param>
    public KernelSettings(string root, string file, Func<string, uint, bool>? setReprobes = null)
    {
        _root = root;
        _file = file;
        _setReprobes = setReprobes ?? ((_, _) => false);
    }

    /// <summary>
    /// Those of the network namespace that this process is in, each of which has its own file, gone when the machine
    /// starts anew, as the settings are.
    /// </summary>
    public static KernelSettings OfThisNetwork()
    {
        var file = $"/run/vpn-firewall/settings-{NetworkNamespace.Number}";
        return new KernelSettings("/proc/sys/net", file, NeighbourTable.TrySetMulticastReprobes);
    }

    /// <summary>Sets them, saving first what they were.</summary>
    /// <returns>What could not be set.</returns>
    public ImmutableArray<string> Apply()
    {
        if (TryReadSaved(out var saved) is { } unreadable)
        {
            return [$"{unreadable}, so that no kernel setting was changed"];
        }

        List<(string Setting, string Value)> changes = [];
        List<string> outOfReach = [];
        var isReadOnly = default(bool?);
        foreach (var (setting, wanted) in Settings())
        {
            if (Read(setting) is not { } current || wanted.IsMetBy(current))
            {
                continue;
            }

            // Asked once: in a container all of them are read-only, and to find that out with each would take longer than a start.
            if ((isReadOnly ??= IsReadOnly(setting)) && InterfaceOfReprobes(setting) is null)
            {
                outOfReach.Add(Path.GetFileName(setting));
                continue;
            }

            saved[setting] = current;
            changes.Add((setting, wanted.Value));
        }

        if (changes.Count > 0 && Save(saved) is { } failure)
        {
            return [failure];
        }

        return
        [
            .. changes.Select(change => Write(change.Setting, change.Value)).OfType<string>(),
            .. outOfReach.Count > 0 ? ReadOnly(outOfReach.Distinct()) : [],
        ];
    }

    private string[] ReadOnly(IEnumerable<string> names) =>
    [
        $"{_root} is read-only, as in a container, so that some kernel settings stay as they were ({string.Join(", ", names)}): "
            + "give them to the container (docker run --sysctl), or set them on its host",
    ];

    /// <summary>Whose <see cref="Reprobes"/> it is; null: another setting, or that of interfaces to come.</summary>
    private static string? InterfaceOfReprobes(string setting)
    {
        return setting.Split('/') is [.., not "default" and var name, Reprobes] ? name : null;
    }

    /// <summary>Sets them back to what they were. By then the machine is open: nothing that fails here may hide that.</summary>
    /// <returns>What could not be set back.</returns>
    public ImmutableArray<string> Restore()
    {
        if (TryReadSaved(out var saved) is { } unreadable)
        {
            return [$"{unreadable}, so that no kernel setting was set back"];
        }

        // An interface that is gone took its settings along.
        var failures = saved
            .Where(pair => File.Exists(PathOf(pair.Key)))
            .Select(pair => Write(pair.Key, pair.Value))
            .OfType<string>()
            .ToImmutableArray();
        return failures.IsEmpty && saved.Count > 0 ? Forget() : failures;
    }

    /// <summary>The settings of all interfaces, of those to come, and of each that is there.</summary>
    private IEnumerable<(string Setting, WantedSetting Wanted)> Settings()
    {
        foreach (var wanted in Wanted)
        {
            var folder = Path.Combine(_root, wanted.Family);
            if (Directory.Exists(folder))
            {
                foreach (var one in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
                {
                    yield return ($"{wanted.Family}/{Path.GetFileName(one)}/{wanted.Name}", wanted);
                }
            }
        }
    }

    private static bool IsAtLeastOnce(string current)
    {
        return int.TryParse(current, NumberStyles.None, CultureInfo.InvariantCulture, out var times) && times > 0;
    }

    /// <returns>Why the file cannot be read; null: it was read, or there is none.</returns>
    private string? TryReadSaved(out Dictionary<string, string> saved)
    {
        saved = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var lines = File.Exists(_file) ? File.ReadAllLines(_file) : [];
            foreach (var parts in lines.Select(line => line.Split('=')).Where(parts => parts.Length == 2))
            {
                saved[parts[0]] = parts[1];
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{_file}: {exception.Message}";
        }
    }

    /// <summary>Removes the file.</summary>
    private ImmutableArray<string> Forget()
    {
        try
        {
            File.Delete(_file);
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [$"{_file} could not be removed: {exception.Message}"];
        }
    }

    private string? Save(Dictionary<string, string> saved)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            var text = string.Concat(saved.Select(pair => $"{pair.Key}={pair.Value}\n"));
            File.WriteAllText(_file + ".new", text);
            File.Move(_file + ".new", _file, overwrite: true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{_file}: {exception.Message}, so that no kernel setting was changed";
        }
    }

    private string? Read(string setting)
    {
        try
        {
            // Of some thirty files: a stream and a reader for each would cost more than the rules.
            Span<byte> bytes = stackalloc byte[32];
            using var file = File.OpenHandle(PathOf(setting), share: FileShare.ReadWrite);
            return Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // an interface that went away meanwhile
        }
    }

    private string? Write(string setting, string value)
    {
        try
        {
            File.WriteAllText(PathOf(setting), value);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return File.Exists(PathOf(setting)) && !WriteByNetlink(setting, value)
                ? $"net/{setting} stays as it was: {exception.Message}"
                : null;
        }
    }

    private bool WriteByNetlink(string setting, string value)
    {
        return InterfaceOfReprobes(setting) is { } name
            && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            && _setReprobes(name, times);
    }

    private bool IsReadOnly(string setting)
    {
        return Access(PathOf(setting), ToWrite) < 0 && Marshal.GetLastPInvokeError() == ReadOnlyFileSystem;
    }

    private string PathOf(string setting) => Path.Combine(_root, setting);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Access(string path, int mode);

    /// <summary>A setting of each interface, and what else an administrator may have made it that does as well.</summary>
    private sealed record WantedSetting(string Family, string Name, string Value, Predicate<string>? IsGoodToo = null)
    {
        public bool IsMetBy(string current) => current == Value || IsGoodToo?.Invoke(current) == true;
    }
}
