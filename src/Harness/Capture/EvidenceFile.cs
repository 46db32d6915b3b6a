// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.Harness.Capture;

/// <summary>
/// A classic pcap file (draft-ietf-opsawg-pcap) with nanosecond times, bounded in size. It is readable at any moment:
/// only whole records are handed to the kernel, which keeps them when the harness dies.
/// </summary>
internal sealed class EvidenceFile : IDisposable
{
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const uint EthernetLink = 1;
    private const int FileHeaderLength = 24;
    private const int RecordHeaderLength = 16;
    private const int BufferLength = 64 << 10;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferLength];
    private readonly long _limit;
    private int _used;
    private long _written;

    /// <summary>Creates the file, or replaces it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public EvidenceFile(string path, long limit, int snapLength)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _limit = limit;
        Span<byte> header = stackalloc byte[FileHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2); // version 2.4
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], snapLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], EthernetLink);
        _file.Write(header);
        _written = FileHeaderLength;
    }

    /// <summary>Whether a frame was left out because the limit was reached.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Why no more is kept, such as a full disk; null: all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Adds a frame, unless the limit is reached.</summary>
    public void Add(in CapturedFrame frame)
    {
        var bytes = frame.Bytes.Span;
        var length = RecordHeaderLength + bytes.Length;
        if (IsTruncated || _written + length > _limit || length > BufferLength)
        {
            IsTruncated = true;
            return;
        }

        if (_used + length > BufferLength)
        {
            Flush();
        }

        var record = _buffer.AsSpan(_used, length);
        var (seconds, nanoseconds) = Math.DivRem(frame.UnixNanoseconds, NanosecondsPerSecond);
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], frame.OriginalLength);
        bytes.CopyTo(record[RecordHeaderLength..]);
        _used += length;
        _written += length;
    }

    /// <summary>Hands all whole records to the kernel. Called whenever the wire is quiet.</summary>
    public void Flush()
    {
        if (_used == 0 || Problem is not null)
        {
            _used = 0;
            return;
        }

        try
        {
            _file.Write(_buffer, 0, _used);
        }
        catch (IOException exception)
        {
            // Frames are still to be judged: a leak that nobody could write down is one.
            Problem = $"the evidence cannot be kept: {exception.Message}";
        }

        _used = 0;
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }
}
