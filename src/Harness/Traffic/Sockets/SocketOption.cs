// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>An option of a socket (setsockopt(2)).</summary>
/// <param name="Level">The level.</param>
/// <param name="Name">The option.</param>
/// <param name="Value">Its value, as the kernel takes it.</param>
internal sealed record SocketOption(int Level, int Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>An option whose value is a number.</summary>
    public static SocketOption Number(int level, int name, uint value) => new(level, name, BitConverter.GetBytes(value));
}
