// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>A packet as the lengths in a stream delimit it.</summary>
/// <param name="Connection">Whose stream.</param>
/// <param name="Start">The offset of its first byte, behind its length.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="CompletedBy">The place in the capture of the segment with which it, and all before it, was there.</param>
internal readonly record struct StreamPacket(ConnectionAccount Connection, long Start, int Size, int CompletedBy);

/// <summary>
/// One TCP connection's bytes towards the server: first they are cut into packets, then each packet is judged, in the
/// order in which the packets of all connections were complete.
/// </summary>
internal sealed class ConnectionAccount
{
    /// <summary>The largest window of TCP (RFC 7323, 2.3): nothing valid is further ahead of what was seen.</summary>
    private const long MaximumWindow = 1L << 30;

    private const int LengthSize = sizeof(ushort);

    private readonly IPEndPoint _source;
    private readonly uint _first;
    private readonly StreamBytes _bytes = new();
    private readonly List<(long End, PacketVerdict Verdict)> _packets = [];
    private ContiguousReader? _judged;
    private string? _foreign;
    private bool _isCutOff;
    private bool _hasTunnelPackets;

    public ConnectionAccount(StreamSegment first)
    {
        _source = first.Source;
        // A SYN takes one number. A capture that begins within a connection begins with whatever byte it saw.
        _first = first.IsSyn ? first.Sequence + 1 : first.Sequence;
    }

    /// <summary>Whether a SYN with this number opens another connection from the same port.</summary>
    public bool IsOtherConnection(uint sequence) => sequence + 1 != _first;

    /// <summary>Takes the next segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="order">Its place in the capture.</param>
    public SegmentPlace Add(StreamSegment segment, int order)
    {
        if (segment.Payload.IsEmpty)
        {
            return default;
        }

        var sequence = segment.IsSyn ? segment.Sequence + 1 : segment.Sequence;
        // Numbers wrap after 4 GB: the offset is the one closest to the end of what was seen.
        var start = _bytes.End + (int)(sequence - _first - (uint)_bytes.End);
        return start < 0 || start > _bytes.End + MaximumWindow
            ? new SegmentPlace(start, false, IsConflicting: true)
            : _bytes.Add(start, segment.Payload, order);
    }

    /// <summary>Cuts what is there without a gap into packets.</summary>
    public IReadOnlyList<StreamPacket> Cut()
    {
        var packets = new List<StreamPacket>();
        var stream = _bytes.Read();
        var packet = new byte[DataPacket.MaximumLength];
        var offset = 0L;
        Span<byte> length = stackalloc byte[LengthSize];
        while (stream.TryRead(offset, length))
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(length);
            if (!IsPossible(stream, offset, size))
            {
                _foreign = "no tunnel's packet has such a length and beginning";
                return packets;
            }

            if (!stream.TryRead(offset + LengthSize, packet.AsSpan(0, size)))
            {
                break;
            }

            packets.Add(new StreamPacket(this, offset + LengthSize, size, stream.Newest));
            offset += LengthSize + size;
        }

        // The connection ended, or the capture did, within a packet: what a foreign stream looks like too.
        _isCutOff = offset < _bytes.End && stream.IsContiguousTo(offset, _bytes.End);
        return packets;
    }

    /// <summary>Judges the next packet of the connection.</summary>
    public void Judge(StreamPacket packet, DatagramAccountant accountant)
    {
        if (IsForeign)
        {
            return;
        }

        var bytes = new byte[packet.Size];
        _judged ??= _bytes.Read();
        _judged.TryRead(packet.Start, bytes);
        var verdict = accountant.Judge(_source, bytes);
        _hasTunnelPackets |= verdict.Class.IsTunnel();

        // Where one packet is none, the lengths after it mean nothing: all the rest is foreign.
        var end = verdict.Class == PacketClass.NotTunnel ? long.MaxValue : packet.Start + packet.Size;
        _packets.Add((end, verdict));
    }

    /// <summary>Says what the bytes are behind the last whole packet, once all packets are judged.</summary>
    public void Close()
    {
        if (IsForeign)
        {
            return;
        }

        if (_foreign is not null)
        {
            _packets.Add((long.MaxValue, new PacketVerdict(PacketClass.NotTunnel, null, _foreign)));
        }
        else if (_isCutOff && _hasTunnelPackets && _packets.TrueForAll(packet => packet.Verdict.Class.IsTunnel()))
        {
            const string reason = "the connection's last packet is not whole; all before it are the tunnel's";
            _packets.Add((long.MaxValue, new PacketVerdict(PacketClass.Unfinished, null, reason)));
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

    private bool IsForeign => _packets is [.., (long.MaxValue, _)];

    private static int Severity(PacketClass packetClass) => packetClass switch
    {
        PacketClass.Ping => 0,
        PacketClass.Data => 1,
        PacketClass.Control => 2,
        PacketClass.Handshake => 3,
        PacketClass.Unfinished => 4,
        PacketClass.Unproven => 5,
        PacketClass.Replay => 6,
        PacketClass.Forged => 7,
        _ => 8,
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
