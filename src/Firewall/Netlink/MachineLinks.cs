// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>The interfaces of this machine, as they are when it is asked.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Addresses">Their addresses.</param>
/// <param name="Folder">Where the kernel has a folder of each (sysfs).</param>
public sealed record MachineLinks(Func<IEnumerable<string>> Names, Func<IReadOnlyList<LinkAddress>> Addresses, string Folder)
{
    /// <summary>Those of the calling thread's network namespace.</summary>
    public static MachineLinks System { get; } =
        new(LinkNames.Present, LinkAddresses.Read, "/sys/class/net")
        {
            ToCome = NamesToCome.OfThisKernel,
            DefaultRoutes = Netlink.DefaultRoutes.Interfaces,
        };

    /// <summary>Names that interfaces may have which appear later, as far as a wall can name them now.</summary>
    public ImmutableArray<string> ToCome { get; init; } = [];

    /// <summary>The interfaces by which default routes lead.</summary>
    public Func<IEnumerable<string>> DefaultRoutes { get; init; } = () => [];

    /// <summary>Whether there is an interface of this name with a device behind it: a network card.</summary>
    public bool IsCard(string name) => Has(name, "device");

    /// <summary>Whether it is a network card, or a bridge or a bond, which stand for one.</summary>
    public bool IsUplink(string name) => IsCard(name) || Has(name, "bridge") || Has(name, "bonding");

    /// <summary>The ports of a bridge; none of what is no bridge.</summary>
    public IEnumerable<string> PortsOf(string name)
    {
        var ports = new DirectoryInfo(Path.Combine(Folder, name, "brif"));
        return ports.Exists ? ports.EnumerateFileSystemInfos().Select(port => port.Name).Order(StringComparer.Ordinal) : [];
    }

    private bool Has(string name, string folder) => Directory.Exists(Path.Combine(Folder, name, folder));
}
