// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>
/// A second witness: QEMU's own record of the card (<c>filter-dump</c>), a pcap file of what passed it both ways. It is
/// written by who carries the frames, so nothing can be lost in between.
/// </summary>
internal static class CardRecord
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;

    /// <summary>The frames that the machine sent from a card.</summary>
    public static long CountFrames(string folder, NetworkCard card)
    {
        // A machine that is switched off has written all that passed.
        var bytes = File.ReadAllBytes(Path.Combine(folder, card.Record)).AsSpan();
        var count = 0;
        for (var at = FileHeader; at + RecordHeader <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 8)..]);
            var source = MacAddress.Read(bytes[(at + RecordHeader + MacAddress.Length)..]);
            if (source.ToString() == card.Mac)
            {
                count++;
            }

            at += RecordHeader + length;
        }

        return count;
    }
}
