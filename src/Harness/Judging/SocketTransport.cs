// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// The oracle that knows the sockets of the tunnel's process: only what fits one of them, while it existed, is
/// transport. Sockets may be added and closed while frames are judged.
/// </summary>
/// <remarks>It cannot tell a second socket with the same addresses and ports apart; only authentication can.</remarks>
public sealed class SocketTransport : ITransportOracle
{
    private ImmutableArray<OwnedSocket> _sockets = [];

    /// <summary>Adds a socket.</summary>
    public void Add(OwnedSocket socket)
    {
        ImmutableInterlocked.Update(ref _sockets, static (sockets, added) => sockets.Add(added), socket);
    }

    /// <summary>Sets when a socket that was added ended.</summary>
    /// <param name="socket">The value that was added.</param>
    /// <param name="untilUnixNanoseconds">The last moment at which it may have sent: nanoseconds since 1970.</param>
    public void Close(OwnedSocket socket, long untilUnixNanoseconds)
    {
        ImmutableInterlocked.Update(
            ref _sockets,
            static (sockets, change) => sockets.Replace(
                change.socket, change.socket with { UntilUnixNanoseconds = change.untilUnixNanoseconds }),
            (socket, untilUnixNanoseconds));
    }

    /// <inheritdoc/>
    public bool IsTransport(in FrameFacts frame, out string? why)
    {
        var isOutsideTime = false;
        foreach (var socket in _sockets)
        {
            if (socket.Fits(frame))
            {
                if (socket.Covers(frame.UnixNanoseconds))
                {
                    why = null;
                    return true;
                }

                isOutsideTime = true;
            }
        }

        why = isOutsideTime
            ? "the socket of the tunnel's process did not exist then"
            : "no socket of the tunnel's process";
        return false;
    }
}
