// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>What a socket call came to.</summary>
/// <param name="Count">Bytes moved; 0 when it failed.</param>
/// <param name="Error">The error number; 0 when it worked.</param>
internal readonly record struct SocketResult(int Count, int Error)
{
    public bool Succeeded => Error == 0;
}
