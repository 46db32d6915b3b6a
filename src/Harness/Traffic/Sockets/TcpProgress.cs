// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>How far a TCP connection is, by the kernel's own count (struct tcp_info of
/// include/uapi/linux/tcp.h).</summary>
/// <param name="BytesAcknowledged">Bytes that the other side acknowledged.</param>
/// <param name="Retransmissions">Segments sent again since the connection exists.</param>
internal readonly record struct TcpProgress(long BytesAcknowledged, long Retransmissions)
{
    /// <summary>The leading bytes of tcp_info that are read here.</summary>
    public const int BytesNeeded = 128;

    /// <summary>Offset of tcpi_total_retrans (u32).</summary>
    private const int RetransmissionsAt = 100;

    /// <summary>Offset of tcpi_bytes_acked (u64), there since Linux 4.1.</summary>
    private const int AcknowledgedAt = 120;

    public static TcpProgress Read(ReadOnlySpan<byte> info)
    {
        return new TcpProgress(
            (long)BinaryPrimitives.ReadUInt64LittleEndian(info[AcknowledgedAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(info[RetransmissionsAt..]));
    }
}
