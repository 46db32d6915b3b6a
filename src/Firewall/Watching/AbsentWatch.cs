// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// No watch runs. One that was killed may have left its copies: they hold the rules of its time, so they go when new
/// ones are in force.
/// </summary>
public sealed class AbsentWatch : IWatch
{
    /// <inheritdoc/>
    public bool IsElsewhere => false;

    /// <inheritdoc/>
    public uint Generation() => 0;

    /// <inheritdoc/>
    public void Hold()
    {
        // There is nobody who would restore anything.
    }

    /// <inheritdoc/>
    public bool Adopt(uint generation, EgressPolicy? policy)
    {
        Open();
        return true;
    }

    /// <inheritdoc/>
    public void Open()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        var answer = new OwnedWalls(socket, new TableReader(socket)).Release();
        if (!answer.IsDone)
        {
            throw new WatchException($"the copies that a watch left could not be removed: {answer}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
