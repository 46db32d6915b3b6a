// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.Prover.Loading;

/// <summary>The number that the kernel raises with each change of its nftables rules, per network namespace.</summary>
internal static class NftGeneration
{
    private const byte GetGeneration = 16;
    private const int Id = 1;

    /// <summary>Asks the kernel; null if it does not answer.</summary>
    public static uint? Read()
    {
        uint? generation = null;
        NftSocket.Ask(GetGeneration, isDump: false, (_, attributes) =>
        {
            var id = NetlinkSocket.Attribute(attributes, Id);
            generation = id.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(id) : null;
        });
        return generation;
    }
}
