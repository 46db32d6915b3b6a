// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using CsCheck;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class PeerLineTests
{
    [TestCase("192.0.2.1:1", '\n')]
    [TestCase("203.0.113.255:65535", ' ')]
    [TestCase("[2001:db8:1111:2222:3333:4444:5555:6666]:65535", ' ')]
    public void A_line_is_read_back_as_it_was_written(string peer, char end)
    {
        var line = PeerLine.Format(IPEndPoint.Parse(peer), end);

        PeerLine.TryParse([.. line, .. "rest"u8], out var read, out var length).Should().BeTrue();

        read.Should().Be(IPEndPoint.Parse(peer));
        length.Should().Be(line.Length).And.BeLessOrEqualTo(PeerLine.MaximumLength);
    }

    [TestCase("")]
    [TestCase("peer ")]
    [TestCase("peer 192.0.2.1")]
    [TestCase("peer 192.0.2.1 12")]
    [TestCase("peer 192.0.2.1 123456 ")]
    [TestCase("peer 192.0.2.1 x ")]
    [TestCase("peer host 12 ")]
    [TestCase("pear 192.0.2.1 12 ")]
    public void What_is_no_whole_line_is_not_read(string text)
    {
        PeerLine.TryParse(Encoding.ASCII.GetBytes(text), out var peer, out _).Should().BeFalse();
        peer.Should().BeNull();
    }

    [Test]
    public void Any_bytes_are_read_without_an_exception()
    {
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            var isLine = PeerLine.TryParse([.. "peer "u8, .. bytes], out var peer, out var length);
            isLine.Should().Be(peer is not null);
            length.Should().BeInRange(0, PeerLine.MaximumLength);
        });
    }
}
