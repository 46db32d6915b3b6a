// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>Bytes of a stream that were first seen together.</summary>
/// <param name="Start">The offset of the first one.</param>
/// <param name="Bytes">At least one, except in searches.</param>
internal sealed record StreamChunk(long Start, ReadOnlyMemory<byte> Bytes)
{
    public static IComparer<StreamChunk> ByStart { get; } =
        Comparer<StreamChunk>.Create((a, b) => a.Start.CompareTo(b.Start));

    public long End => Start + Bytes.Length;
}

/// <summary>Reads a stream's chunks one after the other, as far as there is no gap.</summary>
internal sealed class ContiguousReader(List<StreamChunk> chunks)
{
    private int _index;

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
        }

        return true;
    }
}
