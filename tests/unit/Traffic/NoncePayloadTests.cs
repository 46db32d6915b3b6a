// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using CsCheck;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Services;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class NoncePayloadTests
{
    private const string Nonce = "lvp-0123456789ab";

    [Test]
    public void Every_slice_of_a_stream_contains_a_whole_nonce()
    {
        // What goes over the wire: the request, then the stream, each send going on where the last one was cut.
        var wire = Encoding.ASCII.GetString([.. StreamRequest.Format(Nonce), .. NoncePayload.Stream(Nonce, 1000)]);

        for (var at = 0; at + NoncePayload.SliceLength <= wire.Length; at++)
        {
            wire.Substring(at, NoncePayload.SliceLength).Should().Contain(Nonce, "of the slice at {0}", at);
        }
    }

    [Test]
    public void A_shorter_slice_need_not_contain_one()
    {
        var wire = Encoding.ASCII.GetString(NoncePayload.Stream(Nonce, 1000));

        wire.Substring(1, NoncePayload.SliceLength - 2).Should().NotContain(Nonce);
    }

    [Test]
    public void A_datagram_begins_with_the_nonce_and_gives_its_number_back()
    {
        Gen.Long[0, 999_999_999_999_999].Sample(number =>
        {
            var buffer = new byte[NoncePayload.DatagramLength];
            var length = NoncePayload.WriteDatagram(Nonce, number, buffer);

            length.Should().Be(NoncePayload.DatagramLength);
            Encoding.ASCII.GetString(buffer).Should().StartWith(Nonce);
            NoncePayload.TryReadDatagram(Nonce, buffer, out var read).Should().BeTrue();
            read.Should().Be(number);
        });
    }

    [Test]
    public void A_datagram_of_another_nonce_or_a_cut_one_is_not_ours()
    {
        var buffer = new byte[NoncePayload.DatagramLength];
        NoncePayload.WriteDatagram(Nonce, 7, buffer);

        NoncePayload.TryReadDatagram("lvp-0123456789ac", buffer, out _).Should().BeFalse();
        NoncePayload.TryReadDatagram(Nonce, buffer.AsSpan(0, buffer.Length - 1), out _).Should().BeFalse();
        NoncePayload.TryReadDatagram(Nonce, buffer, out _).Should().BeTrue();
    }

    [Test]
    public void A_nonce_has_the_length_that_payloads_count_on()
    {
        ProbeNonce.Create().Should().HaveLength(ProbeNonce.Length).And.StartWith(ProbeNonce.Prefix);
        ProbeNonce.Create().Should().NotBe(ProbeNonce.Create());
    }
}
