// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Both walls as the kernel has them.</summary>
/// <param name="First">The first wall; null: there is none.</param>
/// <param name="Second">The second wall; null: there is none.</param>
public sealed record Walls(TableImage? First, TableImage? Second)
{
    /// <summary>Reads both.</summary>
    /// <param name="reader">The kernel.</param>
    /// <param name="generation">The transaction after which they are so.</param>
    /// <exception cref="NetlinkException">The kernel does not answer, or changes faster than it can be read.</exception>
    public static Walls Read(TableReader reader, out uint generation)
    {
        var images = reader.Read([WallTables.First, WallTables.Second], out generation);
        return new Walls(images[0], images[1]);
    }

    /// <summary>Says in which way these walls differ from the wanted ones; null when they do not.</summary>
    public string? DifferenceFrom(Walls wanted)
    {
        string?[] parts =
        [
            Difference(WallTables.First, First, wanted.First),
            Difference(WallTables.Second, Second, wanted.Second),
        ];
        var told = parts.OfType<string>().ToList();
        return told.Count == 0 ? null : string.Join(", ", told);
    }

    private static string? Difference(TableName table, TableImage? found, TableImage? wanted)
    {
        return (found, wanted) switch
        {
            (null, null) => null,
            (null, _) => $"{table} was removed",
            (_, null) => $"{table} was added",
            _ when found.Equals(wanted) => null,
            _ when found.Flags.HasFlag(TableFlags.Dormant) => $"{table} was put to sleep",
            _ => $"{table} was changed",
        };
    }
}
