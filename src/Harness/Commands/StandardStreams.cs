// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Commands;

/// <summary>
/// Standard output and error, whatever they are: a full disk or a closed descriptor too. Results that cannot be written
/// are an error; messages that cannot be written are lost, and must not become the exit code.
/// </summary>
internal static class StandardStreams
{
    /// <summary>What writes to standard output, and ends the command when that fails.</summary>
    public static Stream OpenOutput() => new ConsoleStream(Console.OpenStandardOutput(), static why =>
        throw new CommandException(ExitCode.BadInput, $"standard output cannot be written: {why}"));

    /// <summary>Makes them safe to use. Call it before any file is opened.</summary>
    public static void Prepare()
    {
        // The next files would get their numbers, and what is written to a terminal. Output stays one that cannot be written.
        OpenIfClosed(0, LibC.O_RDONLY);
        OpenIfClosed(1, LibC.O_RDONLY);
        OpenIfClosed(2, LibC.O_WRONLY);
        Console.SetOut(Writer(OpenOutput()));
        Console.SetError(Writer(new ConsoleStream(Console.OpenStandardError(), static _ => { })));
    }

    private static void OpenIfClosed(int descriptor, int mode)
    {
        if (LibC.fcntl(descriptor, LibC.F_GETFD) < 0)
        {
            // The lowest number that is free, so this one.
            _ = LibC.open("/dev/null", mode);
        }
    }

    private static StreamWriter Writer(Stream stream) => new(stream, Console.OutputEncoding, bufferSize: 256) { AutoFlush = true };

    /// <summary>A stream whose failures to write are somebody's business.</summary>
    private sealed class ConsoleStream(Stream stream, Action<string> onFailure) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                stream.Write(buffer);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                onFailure(exception.InnerException?.Message ?? exception.Message); // The inner one has the kernel's word.
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
