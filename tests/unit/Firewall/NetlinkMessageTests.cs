// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.UnitTests.Firewall;

public sealed class NetlinkMessageTests
{
    [Test]
    public void What_is_written_is_read_back()
    {
        var writer = new NetlinkWriter();
        writer.Begin(7, NetlinkFlags.Create, 41);
        writer.Raw([1, 2, 3, 4]);
        writer.Text(1, "eth0");
        var nested = writer.BeginNested(4);
        writer.BigEndian(2, 0x01020304);
        writer.EndNested(nested);
        writer.Begin(8, NetlinkFlags.None, 42);
        writer.Finish();

        var seen = new List<string>();
        foreach (var message in NetlinkMessage.In(writer.Written.Span))
        {
            seen.Add($"{message.Type} {message.Flags} {message.Sequence}");
            foreach (var attribute in NetlinkAttribute.In(message.Payload.IsEmpty ? default : message.Payload[4..]))
            {
                var inner = NetlinkAttribute.Find(attribute.Value, 2);
                seen.Add(attribute.Type == 1 ? attribute.Text : $"{attribute.Type}: {inner.BigEndian:x}");
            }
        }

        seen.Should().Equal("7 Request, Create 41", "eth0", "4: 1020304", "8 Request 42");
    }

    [Test]
    public void Attributes_begin_at_multiples_of_four()
    {
        var writer = new NetlinkWriter();
        writer.Begin(1, NetlinkFlags.None, 1);
        writer.Attribute(5, "abc"u8);
        writer.Attribute(6, "d"u8);
        writer.Finish();

        Convert.ToHexString(writer.Written.Span[16..]).Should().Be("0700050061626300" + "0500060064000000");
    }

    [TestCase(16)]
    [TestCase(19)]
    [TestCase(23)]
    public void What_was_cut_off_is_not_read(int length)
    {
        var writer = new NetlinkWriter();
        writer.Begin(1, NetlinkFlags.None, 1);
        writer.Text(1, "cut");
        writer.Finish();

        NetlinkMessage.In(writer.Written.Span[..length]).MoveNext().Should().BeFalse();
        NetlinkAttribute.In(writer.Written.Span[16..length]).MoveNext().Should().BeFalse();
    }

    [Test]
    public void A_batch_asks_for_one_answer_that_of_its_last_message()
    {
        var batch = new NftablesBatch();
        batch.Add(NftablesMessageType.NewTable, NftablesFamily.Inet, NetlinkFlags.Create).Text(1, "one");
        batch.Add(NftablesMessageType.DeleteTable, NftablesFamily.Netdev).Text(1, "two");

        var seen = new List<string>();
        foreach (var message in NetlinkMessage.In(batch.Complete().Span))
        {
            var name = NetlinkAttribute.Find(message.Payload[4..], 1).Text;
            seen.Add($"{message.Sequence} {message.Type:x} {message.Flags} {message.Payload[0]} {name}".Trim());
        }

        batch.LastSequence.Should().Be(2);
        seen.Should().Equal(
            "0 10 Request 0",
            "1 a00 Request, Create 1 one",
            "2 a02 Request, Acknowledge 5 two",
            "3 11 Request 0");
    }

    [Test]
    public void An_answer_is_the_kernels_words_or_else_the_errors()
    {
        new NetlinkAnswer(0).ToString().Should().Be("done");
        new NetlinkAnswer(NetlinkAnswer.NotFound, Sequence: 3).ToString()
            .Should().Be("message 3: No such file or directory");
        new NetlinkAnswer(NetlinkAnswer.NotSupported, "no such hook", 3).ToString().Should().Be("message 3: no such hook");
    }
}
