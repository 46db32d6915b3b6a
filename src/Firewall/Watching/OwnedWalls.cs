// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// Copies of both walls in tables that only this process can change or remove, whatever others flush, and that stay
/// when it dies.
/// </summary>
/// <remarks>
/// The kernel knows the owner by the socket. libnftables would close and open its own when another process changes
/// rules at the same time, so the copies are made by a socket of ours, from what the kernel has.
/// </remarks>
/// <param name="socket">The socket that owns them.</param>
/// <param name="reader">Reads by a socket of the same namespace.</param>
public sealed class OwnedWalls(NetlinkSocket socket, TableReader reader)
{
    private static readonly (Ownership Ownership, TableFlags Flags)[] Levels =
    [
        (Ownership.OwnedPersistent, TableFlags.Owner | TableFlags.Persist),
        (Ownership.Owned, TableFlags.Owner),
    ];

    private readonly TableChanges _changes = new(socket, reader);

    /// <summary>How firmly they are held, as the last call of <see cref="Hold"/> found out.</summary>
    public Ownership Ownership { get; private set; }

    /// <summary>Replaces the copies in one transaction; orphans that an earlier owner left are replaced as well.</summary>
    public NetlinkAnswer Hold(Walls walls)
    {
        const int invalid = 22; // EINVAL, with which kernels before 5.12 refuse a flag
        foreach (var (ownership, flags) in Levels)
        {
            var answer = _changes.Replace(
                [(WallTables.FirstCopy, walls.First), (WallTables.SecondCopy, walls.Second)], flags);
            if (answer.Error is not (NetlinkAnswer.NotSupported or invalid))
            {
                Ownership = ownership;
                return answer;
            }
        }

        Ownership = Ownership.None;
        return new NetlinkAnswer(0);
    }

    /// <summary>Removes them. Where there is no owner, orphans are removed.</summary>
    public NetlinkAnswer Release()
    {
        return _changes.Replace([(WallTables.FirstCopy, null), (WallTables.SecondCopy, null)], TableFlags.None);
    }
}
