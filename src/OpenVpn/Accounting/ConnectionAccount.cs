// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>Where a segment's bytes are in its connection.</summary>
/// <param name="Start">The offset of its first byte from the first byte of the connection.</param>
/// <param name="IsRetransmission">Whether all its bytes were there before.</param>
/// <param name="IsConflicting">Whether a byte was there before with another value, or is out of any window.</param>
internal readonly record struct SegmentPlace(long Start, bool IsRetransmission, bool IsConflicting);

/// <summary>One TCP connection's bytes towards the server.</summary>
internal sealed class ConnectionAccount
{
    /// <summary>The largest window of TCP (RFC 7323, 2.3): nothing valid is further ahead of what was seen.</summary>
    private const long MaximumWindow = 1L << 30;

    private const int LengthSize = sizeof(ushort);

    private readonly IPEndPoint _source;
    private readonly uint _first;
    private readonly List<StreamChunk> _chunks = [];
    private readonly List<(long End, PacketVerdict Verdict)> _packets = [];
    private long _end;
    private bool _hasTunnelPackets;

    public ConnectionAccount(StreamSegment first)
    {
        _source = first.Source;
        // A SYN takes one number. A capture that begins within a connection begins with whatever byte it saw.
        _first = first.IsSyn ? first.Sequence + 1 : first.Sequence;
    }

    /// <summary>Whether a SYN with this number opens another connection from the same port.</summary>
    public bool IsOtherConnection(uint sequence) => sequence + 1 != _first;

    public SegmentPlace Add(StreamSegment segment)
    {
        if (segment.Payload.IsEmpty)
        {
            return default;
        }

        var sequence = segment.IsSyn ? segment.Sequence + 1 : segment.Sequence;
        // Numbers wrap after 4 GB: the offset is the one closest to the end of what was seen.
        var start = _end + (int)(sequence - _first - (uint)_end);
        if (start < 0 || start > _end + MaximumWindow)
        {
            return new SegmentPlace(start, false, IsConflicting: true);
        }

        return Store(start, segment.Payload);
    }

    /// <summary>Cuts what is there without a gap into packets and judges them.</summary>
    public void Judge(DatagramAccountant accountant)
    {
        var stream = new ContiguousReader(_chunks);
        var offset = 0L;
        Span<byte> length = stackalloc byte[LengthSize];
        while (stream.TryRead(offset, length))
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(length);
            if (!IsPossible(stream, offset, size))
            {
                AddForeign("no tunnel's packet has such a length and beginning");
                return;
            }

            var packet = new byte[size];
            if (!stream.TryRead(offset + LengthSize, packet))
            {
                // The connection ended, or the capture did, within a packet: what a foreign stream looks like too.
                break;
            }

            var verdict = accountant.Judge(_source, packet);
            _hasTunnelPackets |= verdict.Class.IsTunnel();
            offset += LengthSize + size;
            if (verdict.Class == PacketClass.NotTunnel)
            {
                AddForeign(verdict.Reason);
                return;
            }

            _packets.Add((offset, verdict));
        }
    }

    public SegmentVerdict VerdictOf(StreamSegment segment, SegmentPlace place)
    {
        if (place.IsConflicting)
        {
            const string reason = "contradicts what was sent before, or is out of window";
            return new SegmentVerdict(segment, PacketClass.Forged, false, reason);
        }

        if (segment.Payload.IsEmpty)
        {
            return _hasTunnelPackets
                ? new SegmentVerdict(segment, PacketClass.Control, false, "no bytes; the connection is the tunnel's")
                : new SegmentVerdict(segment, PacketClass.Unproven, false, "no bytes, on a connection without the tunnel's");
        }

        var worst = Worst(place.Start, place.Start + segment.Payload.Length);
        return new SegmentVerdict(segment, worst.Class, place.IsRetransmission, worst.Reason);
    }

    private static int Severity(PacketClass packetClass) => packetClass switch
    {
        PacketClass.Ping => 0,
        PacketClass.Data => 1,
        PacketClass.Control => 2,
        PacketClass.Handshake => 3,
        PacketClass.Unproven => 4,
        PacketClass.Replay => 5,
        PacketClass.Forged => 6,
        _ => 7,
    };

    /// <summary>Whether a length, with the byte after it if that is there, can begin a packet of a client's.</summary>
    private static bool IsPossible(ContiguousReader stream, long offset, int size)
    {
        Span<byte> head = stackalloc byte[1];
        if (size is 0 or > DataPacket.MaximumLength)
        {
            return false;
        }

        if (!stream.TryRead(offset + LengthSize, head))
        {
            return true;
        }

        var opcode = PacketHead.OpcodeOf(head[0]);
        return PacketHead.IsData(opcode) || PacketHead.IsClientControl(opcode);
    }

    /// <summary>Where one packet is none, the lengths after it mean nothing: all the rest is foreign.</summary>
    private void AddForeign(string reason)
    {
        _packets.Add((long.MaxValue, new PacketVerdict(PacketClass.NotTunnel, null, reason)));
    }

    private SegmentPlace Store(long start, ReadOnlyMemory<byte> payload)
    {
        var fresh = new List<StreamChunk>();
        var isConflicting = false;
        var position = start;
        var end = start + payload.Length;
        foreach (var chunk in Overlapping(start, end))
        {
            if (chunk.Start > position)
            {
                fresh.Add(Part(position, chunk.Start));
                position = chunk.Start;
            }

            var common = (int)(Math.Min(end, chunk.End) - position);
            var old = chunk.Bytes.Span.Slice((int)(position - chunk.Start), common);
            isConflicting |= !old.SequenceEqual(payload.Span.Slice((int)(position - start), common));
            position += common;
        }

        if (position < end)
        {
            fresh.Add(Part(position, end));
        }

        foreach (var chunk in fresh)
        {
            _chunks.Insert(~_chunks.BinarySearch(chunk, StreamChunk.ByStart), chunk);
        }

        _end = Math.Max(_end, end);
        return new SegmentPlace(start, fresh.Count == 0, isConflicting);

        StreamChunk Part(long from, long to) => new(from, payload[(int)(from - start)..(int)(to - start)]);
    }

    private List<StreamChunk> Overlapping(long start, long end)
    {
        var index = _chunks.BinarySearch(new StreamChunk(start, default), StreamChunk.ByStart);
        index = index >= 0 ? index : Math.Max(~index - 1, 0);
        var found = new List<StreamChunk>();
        for (; index < _chunks.Count && _chunks[index].Start < end; index++)
        {
            if (_chunks[index].End > start)
            {
                found.Add(_chunks[index]);
            }
        }

        return found;
    }

    /// <summary>The index of the first packet that ends after the offset.</summary>
    private int FirstPacketAfter(long offset)
    {
        var (low, high) = (0, _packets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _packets[middle].End > offset ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private PacketVerdict Worst(long start, long end)
    {
        PacketVerdict? worst = null;
        for (var index = FirstPacketAfter(start); index < _packets.Count; index++)
        {
            var verdict = _packets[index].Verdict;
            worst = worst is { } known && Severity(known.Class) >= Severity(verdict.Class) ? known : verdict;
            if (_packets[index].End >= end)
            {
                return worst.Value;
            }
        }

        var incomplete = new PacketVerdict(PacketClass.Unproven, null, "the stream ends, or has a gap, within a packet");
        return worst is { } other && Severity(other.Class) > Severity(incomplete.Class) ? other : incomplete;
    }
}
