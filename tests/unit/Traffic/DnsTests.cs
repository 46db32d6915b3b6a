// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using CsCheck;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Harness.Traffic.Dns;

namespace LeakVerifier.UnitTests.Traffic;

public sealed class DnsTests
{
    private const string Nonce = "lvp-0123456789ab";

    [TestCase(2, "192.0.2.80")]
    [TestCase(3, "2001:db8::80")]
    public void A_query_is_answered_with_one_address_of_its_type(long number, string address)
    {
        var query = Query(number);

        var response = DnsResponse.TryAnswer(query)!;

        DnsResponse.IsAnswerFor(response, Nonce).Should().BeTrue();
        BinaryPrimitives.ReadUInt16BigEndian(response).Should().Be((ushort)number);
        response.Should().EndWith(IPAddress.Parse(address).GetAddressBytes());
    }

    [Test]
    public void A_query_for_another_type_has_no_address()
    {
        var query = Query(2);
        const byte typeMx = 15;
        query[^3] = typeMx;

        var response = DnsResponse.TryAnswer(query)!;

        response.Should().HaveSameCount(query);
        DnsResponse.IsAnswerFor(response, Nonce).Should().BeFalse();
    }

    [Test]
    public void The_first_label_is_the_nonce()
    {
        var query = Query(1);

        query[DnsMessage.HeaderLength].Should().Be(ProbeNonce.Length);
        query.AsSpan(DnsMessage.HeaderLength + 1, ProbeNonce.Length).SequenceEqual("lvp-0123456789ab"u8)
            .Should().BeTrue();
    }

    [Test]
    public void An_answer_to_another_name_is_not_ours()
    {
        DnsResponse.IsAnswerFor(DnsResponse.TryAnswer(Query(2)), "lvp-0123456789ac").Should().BeFalse();
        DnsResponse.IsAnswerFor(DnsResponse.TryAnswer(Query(2)), "lvp").Should().BeFalse();
        DnsResponse.IsAnswerFor(Query(2), Nonce).Should().BeFalse("a query is no answer");
    }

    [Test]
    public void A_response_is_not_answered()
    {
        DnsResponse.TryAnswer(DnsResponse.TryAnswer(Query(2))).Should().BeNull();
    }

    [Test]
    public void A_cut_query_is_not_answered_at_any_length()
    {
        var query = Query(2);

        for (var length = 0; length < query.Length; length++)
        {
            DnsResponse.TryAnswer(query.AsSpan(0, length)).Should().BeNull("it is cut after {0} bytes", length);
        }

        DnsResponse.TryAnswer(query).Should().NotBeNull();
    }

    [Test]
    public void A_compressed_or_overlong_name_is_refused()
    {
        var compressed = Query(2);
        compressed[DnsMessage.HeaderLength] = 0xC0;
        var longest = new byte[DnsMessage.HeaderLength + 400];
        longest[5] = 1;
        for (var at = DnsMessage.HeaderLength; at < longest.Length - 64; at += 64)
        {
            longest[at] = 63;
        }

        DnsResponse.TryAnswer(compressed).Should().BeNull();
        DnsResponse.TryAnswer(longest).Should().BeNull();
    }

    [Test]
    public void Any_bytes_are_read_without_an_exception()
    {
        Gen.Byte.Array[0, 600].Sample(bytes =>
        {
            DnsResponse.TryAnswer(bytes);
            DnsResponse.IsAnswerFor(bytes, Nonce).Should().BeFalse();
        });
    }

    [Test]
    public void A_query_with_any_byte_changed_is_answered_or_refused_but_never_breaks()
    {
        Gen.Select(Gen.Int[0, Query(2).Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var query = Query(2);
            query[at] = value;
            if (DnsResponse.TryAnswer(query) is { } answer)
            {
                answer.Length.Should().BeLessOrEqualTo(query.Length + 28);
            }
        });
    }

    private static byte[] Query(long number)
    {
        var buffer = new byte[DnsQuery.MaximumLength];
        return buffer[..DnsQuery.Write(buffer, Nonce, number)];
    }
}
