// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Harness.Traffic.Services;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class StreamRequestTests
{
    [Test]
    public void A_request_is_read_back_also_when_it_comes_byte_by_byte()
    {
        var request = StreamRequest.Format("lvp-0123456789ab");

        for (var length = 1; length < request.Length; length++)
        {
            StreamRequest.MayBecomeOne(request.AsSpan(0, length)).Should().BeTrue();
            StreamRequest.TryParse(request.AsSpan(0, length)).Should().BeNull();
        }

        StreamRequest.MayBecomeOne(request).Should().BeFalse();
        StreamRequest.TryParse([.. request, .. "more"u8]).Should().Be("lvp-0123456789ab");
    }

    [TestCase("x")]
    [TestCase("streams")]
    [TestCase("stream\n")]
    [TestCase("stream \n")]
    public void Anything_else_is_to_be_echoed(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        StreamRequest.MayBecomeOne(bytes).Should().BeFalse();
        StreamRequest.TryParse(bytes).Should().BeNull();
    }

    [Test]
    public void A_line_without_an_end_is_given_up_at_the_limit()
    {
        var bytes = Encoding.ASCII.GetBytes("stream ".PadRight(StreamRequest.MaximumLength, 'x'));

        StreamRequest.MayBecomeOne(bytes.AsSpan(0, bytes.Length - 1)).Should().BeTrue();
        StreamRequest.MayBecomeOne(bytes).Should().BeFalse();
    }
}
