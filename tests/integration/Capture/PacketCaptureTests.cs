// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.IntegrationTests.Capture;

/// <summary>A capture sees every frame, or says that it did not.</summary>
public sealed class PacketCaptureTests
{
    private const int Blast = 20_000;

    /// <summary>Where the number of a test's datagram begins: after the headers of Ethernet, IPv4 and UDP.</summary>
    private const int NumberOffset = 14 + 20 + 8;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Test]
    public async Task A_blast_is_seen_whole_and_the_second_witness_agrees()
    {
        using var link = await TestLink.CreateAsync();
        var numbers = new HashSet<int>();
        await using var capture = await PacketCapture.StartAsync(
            link.Router, Options(CaptureOptions.BlastBuffer), frame => Note(frame, numbers), TimeProvider.System);
        var counter = await FrameCounter.AttachAsync(link.Router, capture, TimeProvider.System, Deadline);

        await link.SendAsync(Blast);
        var reconciliation = await counter.ReconcileAsync();
        var result = await capture.StopAsync();

        result.Problem.Should().BeNull();
        result.IsComplete.Should().BeTrue(result.ToString());
        numbers.Should().HaveCount(Blast);
        reconciliation.Problem.Should().BeNull();
        reconciliation.Captured.Should().Be(reconciliation.Counted).And.BeGreaterThanOrEqualTo(Blast);
        reconciliation.Counts.IPv4.Should().BeGreaterThanOrEqualTo(Blast);
        TestContext.Out.WriteLine($"{result} {reconciliation}");
    }

    [Test]
    public async Task A_buffer_that_overflows_is_reported_by_the_kernel_and_by_the_second_witness()
    {
        using var link = await TestLink.CreateAsync();
        using var released = new ManualResetEventSlim(initialState: true);
        await using var capture = await PacketCapture.StartAsync(
            link.Router, Options(bufferSize: 64 << 10), _ => released.Wait(), TimeProvider.System);
        var counter = await FrameCounter.AttachAsync(
            link.Router, capture, TimeProvider.System, TimeSpan.FromSeconds(1));

        released.Reset();
        await link.SendAsync(Blast);
        released.Set();
        var reconciliation = await counter.ReconcileAsync();
        var result = await capture.StopAsync();

        result.KernelDropped.Should().BePositive();
        (result.Delivered + result.KernelDropped).Should().Be(result.Received);
        result.IsComplete.Should().BeFalse();
        reconciliation.Counted.Should().BeGreaterThanOrEqualTo(Blast);
        reconciliation.Problem.Should().Contain("netfilter counted");
        TestContext.Out.WriteLine($"{result} {reconciliation}");
    }

    [Test]
    public async Task Frames_sent_right_after_the_start_and_right_before_the_stop_are_seen()
    {
        using var link = await TestLink.CreateAsync();
        for (var round = 0; round < 20; round++)
        {
            var numbers = new HashSet<int>();
            await using var capture = await PacketCapture.StartAsync(
                link.Router, Options(CaptureOptions.NormalBuffer), frame => Note(frame, numbers), TimeProvider.System);
            await link.SendAsync(10);
            var result = await capture.StopAsync();

            numbers.Should().BeEquivalentTo(Enumerable.Range(0, 10));
            result.IsComplete.Should().BeTrue(result.ToString());
            result.SentinelsSeen.Should().Be(2);
        }
    }

    [Test]
    public async Task A_frame_carries_the_system_clock_and_its_direction()
    {
        using var link = await TestLink.CreateAsync();
        var frames = new List<CapturedFrame>();
        var before = UnixNanoseconds();
        await using var capture = await PacketCapture.StartAsync(
            link.Router, Options(CaptureOptions.NormalBuffer), frames.Add, TimeProvider.System);
        await link.SendAsync(1);
        var result = await capture.StopAsync();
        var after = UnixNanoseconds();

        frames.Should().OnlyContain(frame => frame.UnixNanoseconds >= before && frame.UnixNanoseconds <= after);
        frames.Should().Contain(frame => frame.IsOutbound, "the sentinels are the router's own");
        frames.Should().Contain(frame => !frame.IsOutbound && frame.OriginalLength == NumberOffset + 200);
        (result.Inbound + result.Outbound).Should().Be(result.Delivered);
    }

    [Test]
    public async Task What_a_bridge_passes_on_to_the_client_is_not_the_client_s()
    {
        using var link = await TestLink.CreateAsync();
        await TestLink.IpAsync(link.Router, "link add br0 type bridge");
        await TestLink.IpAsync(link.Router, $"link set {TestLink.RouterInterface} master br0");
        await TestLink.IpAsync(link.Router, "link add port1 type veth peer name other0");
        await TestLink.IpAsync(link.Router, "link set port1 master br0");
        await TestLink.IpAsync(link.Router, "addr add 192.0.2.77/24 dev other0");
        foreach (var name in new[] { "br0", "port1", "other0" })
        {
            await TestLink.IpAsync(link.Router, $"link set {name} up");
        }

        using var client = await link.Client.RunAsync(() => new UdpClient(9077));
        using var other = await link.Router.RunAsync(() => new UdpClient(AddressFamily.InterNetwork));
        other.EnableBroadcast = true;
        other.Client.SetRawSocketOption(1, 25, "other0"u8); // SOL_SOCKET, SO_BINDTODEVICE (socket(7))
        var frames = new List<CapturedFrame>();
        await using var capture = await PacketCapture.StartAsync(
            link.Router, Options(CaptureOptions.NormalBuffer), frames.Add, TimeProvider.System);

        await other.SendAsync(new byte[77], new IPEndPoint(IPAddress.Broadcast, 9077));
        var passedOn = await client.ReceiveAsync().WaitAsync(Deadline, TimeProvider.System);
        await link.SendAsync(1);
        var result = await capture.StopAsync();

        passedOn.Buffer.Should().HaveCount(77, "the bridge did pass it on");
        frames.Should().NotContain(frame => frame.OriginalLength == NumberOffset + 77);
        frames.Should().Contain(frame => frame.OriginalLength == NumberOffset + 200);
        result.IsComplete.Should().BeTrue(result.ToString());
    }

    [Test]
    public async Task A_link_that_is_down_is_a_reason_and_not_a_hang()
    {
        using var link = await TestLink.CreateAsync();
        var options = Options(CaptureOptions.NormalBuffer) with { Deadline = TimeSpan.FromSeconds(3) };
        await using var capture = await PacketCapture.StartAsync(link.Router, options, _ => { }, TimeProvider.System);

        await TestLink.IpAsync(link.Router, $"link set {TestLink.RouterInterface} down");
        var result = await capture.StopAsync();

        result.Problem.Should().NotBeNull();
        result.IsComplete.Should().BeFalse();
        TestContext.Out.WriteLine(result.Problem);
    }

    [Test]
    public async Task A_link_that_was_down_for_a_while_does_not_end_the_capture()
    {
        using var link = await TestLink.CreateAsync();
        var numbers = new HashSet<int>();
        await using var capture = await PacketCapture.StartAsync(
            link.Router, Options(CaptureOptions.NormalBuffer), frame => Note(frame, numbers), TimeProvider.System);

        await TestLink.IpAsync(link.Router, $"link set {TestLink.RouterInterface} down");
        await TestLink.IpAsync(link.Router, $"link set {TestLink.RouterInterface} up");
        (await capture.FlushAsync()).Should().BeNull();
        await link.SendAsync(10);
        var result = await capture.StopAsync();

        numbers.Should().HaveCount(10);
        result.IsComplete.Should().BeTrue(result.ToString());
    }

    [Test]
    public async Task An_interface_that_does_not_exist_is_named()
    {
        using var link = await TestLink.CreateAsync();
        var options = new CaptureOptions { Interface = "nowhere0" };

        var start = () => PacketCapture.StartAsync(link.Router, options, _ => { }, TimeProvider.System);

        (await start.Should().ThrowAsync<CaptureException>()).WithMessage("*nowhere0*");
    }

    [Test]
    public async Task A_receiver_that_throws_spoils_the_capture_and_says_so()
    {
        using var link = await TestLink.CreateAsync();
        await using var capture = await PacketCapture.StartAsync(
            link.Router,
            Options(CaptureOptions.NormalBuffer),
            frame => _ = frame.IsOutbound ? 0 : throw new InvalidOperationException("receiver broke"),
            TimeProvider.System);

        await link.SendAsync(1);
        var result = await capture.StopAsync();

        result.IsComplete.Should().BeFalse();
        result.Problem.Should().Contain("receiver broke");
    }

    [TestCase(1 << 20, false)]
    [TestCase(2_000, true)]
    public async Task The_evidence_is_a_capture_file_within_its_limit(long limit, bool isTruncated)
    {
        using var link = await TestLink.CreateAsync();
        var path = Path.GetTempFileName();
        try
        {
            var options = Options(CaptureOptions.NormalBuffer) with { EvidencePath = path, EvidenceLimit = limit };
            await using var capture = await PacketCapture.StartAsync(
                link.Router, options, _ => { }, TimeProvider.System);
            await link.SendAsync(20);
            await capture.FlushAsync();
            var whileRunning = new FileInfo(path).Length;
            var result = await capture.StopAsync();

            result.IsEvidenceTruncated.Should().Be(isTruncated);
            whileRunning.Should().BeGreaterThan(1_000, "evidence is on disk before the capture ends");
            new FileInfo(path).Length.Should().BeLessThanOrEqualTo(limit);
            var file = await File.ReadAllBytesAsync(path);
            file.Should().StartWith([0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static CaptureOptions Options(int bufferSize)
    {
        return new CaptureOptions { Interface = TestLink.RouterInterface, BufferSize = bufferSize };
    }

    private static void Note(CapturedFrame frame, HashSet<int> numbers)
    {
        var isDatagram = !frame.IsOutbound && frame.OriginalLength == NumberOffset + 200;
        if (isDatagram)
        {
            numbers.Add(BitConverter.ToInt32(frame.Bytes.Span[NumberOffset..]));
        }
    }

    private static long UnixNanoseconds()
    {
        return (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
    }
}
