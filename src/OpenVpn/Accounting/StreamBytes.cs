// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>Where a segment's bytes are in its connection.</summary>
/// <param name="Start">The offset of its first byte from the first byte of the connection.</param>
/// <param name="IsRetransmission">Whether all its bytes were there before.</param>
/// <param name="IsConflicting">Whether a byte was there before with another value, or is out of any window.</param>
internal readonly record struct SegmentPlace(long Start, bool IsRetransmission, bool IsConflicting);

/// <summary>The bytes of one direction of a TCP connection, each kept as it was first seen.</summary>
internal sealed class StreamBytes
{
    private readonly List<StreamChunk> _chunks = [];

    /// <summary>The offset behind the last byte that was seen.</summary>
    public long End { get; private set; }

    /// <summary>Takes a segment's bytes.</summary>
    /// <param name="start">The offset of the first one.</param>
    /// <param name="payload">At least one.</param>
    /// <param name="order">The segment's place in the capture.</param>
    public SegmentPlace Add(long start, ReadOnlyMemory<byte> payload, int order)
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

        End = Math.Max(End, end);
        return new SegmentPlace(start, fresh.Count == 0, isConflicting);

        StreamChunk Part(long from, long to) => new(from, payload[(int)(from - start)..(int)(to - start)], order);
    }

    /// <summary>Reads from the beginning. Nothing may be added meanwhile.</summary>
    public ContiguousReader Read() => new(_chunks);

    private List<StreamChunk> Overlapping(long start, long end)
    {
        var index = _chunks.BinarySearch(new StreamChunk(start, default, 0), StreamChunk.ByStart);
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
}

/// <summary>Bytes of a stream that were first seen together.</summary>
/// <param name="Start">The offset of the first one.</param>
/// <param name="Bytes">At least one, except in searches.</param>
/// <param name="Order">The place in the capture of the segment that brought them.</param>
internal sealed record StreamChunk(long Start, ReadOnlyMemory<byte> Bytes, int Order)
{
    public static IComparer<StreamChunk> ByStart { get; } =
        Comparer<StreamChunk>.Create((a, b) => a.Start.CompareTo(b.Start));

    public long End => Start + Bytes.Length;
}

/// <summary>Reads a stream's chunks one after the other, as far as there is no gap.</summary>
internal sealed class ContiguousReader(List<StreamChunk> chunks)
{
    private int _index;

    /// <summary>The latest place in the capture of all that was read.</summary>
    public int Newest { get; private set; }

    /// <summary>Fills the buffer from the offset on. Offsets never go back before an earlier successful read.</summary>
    public bool TryRead(long offset, Span<byte> buffer)
    {
        while (_index < chunks.Count && chunks[_index].End <= offset)
        {
            _index++;
        }

        for (var index = _index; buffer.Length > 0; index++)
        {
            if (index >= chunks.Count || chunks[index].Start > offset)
            {
                return false;
            }

            var bytes = chunks[index].Bytes.Span[(int)(offset - chunks[index].Start)..];
            var count = Math.Min(bytes.Length, buffer.Length);
            bytes[..count].CopyTo(buffer);
            buffer = buffer[count..];
            offset += count;
            Newest = Math.Max(Newest, chunks[index].Order);
        }

        return true;
    }

    /// <summary>Whether all bytes from the offset to the end of the stream are there.</summary>
    public bool IsContiguousTo(long offset, long end)
    {
        for (var index = _index; offset < end; index++)
        {
            if (index >= chunks.Count || chunks[index].Start > offset)
            {
                return false;
            }

            offset = Math.Max(offset, chunks[index].End);
        }

        return true;
    }
}
