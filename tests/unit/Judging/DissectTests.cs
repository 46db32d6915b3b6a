// SPDX-License-Identifier: GPL-3.0-or-later

using CsCheck;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using static LeakVerifier.UnitTests.Judging.FrameBuilder;
using static LeakVerifier.UnitTests.Judging.JudgeBench;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>No bytes make the judge throw, and no damage makes a leak acceptable.</summary>
public sealed class DissectTests
{
    private static readonly byte[][] Seeds =
    [
        IPv4("192.0.2.100", "203.0.113.10", 17, Udp(40000, 1194)),
        IPv4("192.0.2.100", "198.51.100.10", 6, Tcp(40000, 80), options: [1, 1, 1, 0]),
        IPv6("2001:db8:1::64", "ff02::1:ff00:1", 58, Discovery(135, "2001:db8:1::1", options: LinkAddressOption(1))),
        IPv6("2001:db8:1::64", "2001:db8:9::1", 44, [17, 0, 0, 1, 0, 0, 0, 9, .. Udp(1, 2)]),
        IPv6("2001:db8:1::64", "2001:db8:9::1", 0, [43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0, .. Udp(1, 2)]),
        Arp(1, "192.0.2.100", "192.0.2.1"),
        Ethernet(0x8100, [0, 5, 0x88, 0xa8, 0, 6, 8, 0, .. IPv4("192.0.2.100", "192.0.2.1", 1, Icmp(8))[14..]]),
    ];

    [Test]
    public void Random_bytes_are_facts_or_a_defect_and_never_on_the_list()
    {
        Gen.Byte.Array[0, 120].Sample(bytes =>
        {
            var judge = Judge();
            judge.Take(At(500, bytes));
            judge.Finish().LeakedFrames.Should().Be(1);
        }, iter: 5_000);
    }

    [Test]
    public void Damaged_frames_never_throw()
    {
        var damage = Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200], Gen.Byte);
        damage.Sample((seed, firstPlace, firstValue, secondPlace, secondValue) =>
        {
            byte[] bytes = [.. Seeds[seed]];
            bytes[firstPlace % bytes.Length] = firstValue;
            bytes[secondPlace % bytes.Length] = secondValue;
            var facts = Dissect.Frame(At(500, bytes));
            FrameSummary.Of(facts).Should().NotBeEmpty();
            (facts.Defect ?? "").Should().NotContain("cannot be decoded", "lengths are checked before they are used");
        }, iter: 20_000);
    }

    [Test]
    public void A_frame_that_ends_anywhere_is_a_leak_and_never_throws()
    {
        foreach (var seed in Seeds)
        {
            for (var length = 0; length < seed.Length; length++)
            {
                Decide(seed[..length]).Should().BeNull($"only {length} of {seed.Length} bytes are there");

                var judge = Judge();
                judge.Take(new CapturedFrame(500, seed.AsMemory(0, length), seed.Length));
                judge.Finish().Judged.Should().Be(1);
            }
        }

        Decide(Seeds[0]).Should().Be(AllowedReason.Transport);
    }

    [Test]
    public void A_frame_in_the_middle_of_a_buffer_is_read_in_its_bounds()
    {
        var seed = Seeds[0];
        byte[] buffer = [.. new byte[7], .. seed, .. new byte[9]];

        var facts = Dissect.Frame(new CapturedFrame(1, buffer.AsMemory(7, seed.Length), seed.Length));

        facts.Should().Match<FrameFacts>(it => it.SourcePort == 40000 && it.DestinationPort == 1194 && !it.HasTrailer);
        facts.Payload.ToArray().Should().Equal(1, 2, 3, 4);
    }
}
