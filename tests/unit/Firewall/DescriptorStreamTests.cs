// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Pipes;
using LeakVerifier.Firewall.Commands;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>What the firewall's program writes to the descriptors that it was given.</summary>
public sealed class DescriptorStreamTests
{
    [Test]
    public void What_is_written_arrives()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        Stream(pipe).Write("OK: loaded\n"u8);
        pipe.DisposeLocalCopyOfClientHandle();
        new StreamReader(pipe).ReadToEnd().Should().Be("OK: loaded\n");
    }

    [Test]
    public void What_nobody_reads_any_more_is_lost_without_an_error()
    {
        var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var stream = Stream(pipe);
        pipe.SafePipeHandle.Dispose();
        var writing = () => stream.Write("OK: loaded\n"u8);
        writing.Should().NotThrow();
    }

    [Test]
    public void A_full_disk_is_an_error_with_its_name()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var writing = () => new DescriptorStream((int)full.DangerousGetHandle()).Write("OK: loaded\n"u8);
        writing.Should().Throw<IOException>().WithMessage("No space left on device");
    }

    private static DescriptorStream Stream(AnonymousPipeServerStream pipe)
    {
        return new DescriptorStream((int)pipe.ClientSafePipeHandle.DangerousGetHandle());
    }
}
