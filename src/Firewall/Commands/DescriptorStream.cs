// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using LeakVerifier.Firewall.Watching;

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// What is written to a descriptor that this process was given. .NET's own stream prepares the terminal for reading before
/// the first byte, with handlers of signals and a thread, which takes longer than all that is written.
/// </summary>
/// <param name="descriptor">The descriptor; it stays open.</param>
internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int Interrupted = 4, Again = 11, BrokenPipe = 32; // EINTR, EAGAIN, EPIPE
    private const short Writable = 4; // POLLOUT

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all of it. What nobody reads any more is lost, which is no error.</summary>
    /// <exception cref="IOException">It cannot be written, for example to a full disk.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Write(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case BrokenPipe:
                    return;
                case Again:
                    _ = Descriptors.Wait([new() { Descriptor = descriptor, Wanted = Writable }], milliseconds: -1);
                    break;
                case var error:
                    throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing waits here.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint length);
}
