// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Reliability;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.UnitTests.OpenVpn;

public sealed class ReliabilityTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Test]
    public void Six_packets_are_on_the_way_at_most_and_each_acknowledgement_lets_one_more_go()
    {
        var window = new SendWindow();
        for (var i = 0; i < 10; i++)
        {
            window.TryEnqueue(Opcode.Control, [(byte)i]).Should().BeTrue();
        }

        TakeAll(window, TimeSpan.Zero).Should().Equal(0, 1, 2, 3, 4, 5);
        window.Acknowledge(Ids(2, 99, 2));
        TakeAll(window, Second).Should().Equal(6);
        window.Acknowledge(Ids(0, 1, 3, 4, 5, 6));
        TakeAll(window, Second).Should().Equal(7, 8, 9);
        window.Acknowledge(Ids(7, 8, 9));
        window.IsEmpty.Should().BeTrue();
        window.NextDue.Should().BeNull();
    }

    [Test]
    public void A_packet_goes_again_after_two_four_and_eight_seconds()
    {
        var window = new SendWindow();
        window.TryEnqueue(Opcode.Control, [1]);
        var sent = new List<double>();
        for (var time = TimeSpan.Zero; time < 20 * Second; time += TimeSpan.FromMilliseconds(100))
        {
            if (TakeAll(window, time).Length > 0)
            {
                sent.Add(time.TotalSeconds);
            }
        }

        sent.Should().Equal(0, 2, 6, 14);
    }

    [Test]
    public void A_packet_goes_again_early_once_three_later_ones_are_acknowledged()
    {
        var window = new SendWindow();
        for (var i = 0; i < 5; i++)
        {
            window.TryEnqueue(Opcode.Control, []);
        }

        TakeAll(window, TimeSpan.Zero);
        window.Acknowledge(Ids(1, 2));
        TakeAll(window, TimeSpan.Zero).Should().BeEmpty();
        window.Acknowledge(Ids(3));
        TakeAll(window, TimeSpan.Zero).Should().Equal(0);
        TakeAll(window, TimeSpan.Zero).Should().BeEmpty();
    }

    [Test]
    public void A_full_queue_takes_no_more()
    {
        var window = new SendWindow();
        var taken = Enumerable.Range(0, 1000).Count(_ => window.TryEnqueue(Opcode.Control, []));

        taken.Should().Be(SendWindow.MaximumWaiting);
    }

    [Test]
    public void Payloads_come_out_in_order_whatever_order_they_came_in()
    {
        var window = new ReceiveWindow();
        window.Accept(1, [1]).Should().Be(Reception.Stored);
        window.TryTake(out _).Should().BeFalse();
        window.Accept(11, [11]).Should().Be(Reception.Stored);
        window.Accept(12, [12]).Should().Be(Reception.Beyond);
        window.Accept(uint.MaxValue, []).Should().Be(Reception.Beyond);
        window.Accept(1, [9]).Should().Be(Reception.Duplicate);
        window.Accept(0, [0]).Should().Be(Reception.Stored);

        window.TryTake(out var first).Should().BeTrue();
        window.TryTake(out var second).Should().BeTrue();
        window.TryTake(out _).Should().BeFalse();
        first.Should().Equal(0);
        second.Should().Equal(1);
        window.Accept(0, [0]).Should().Be(Reception.Duplicate);
        window.Accept(12, [12]).Should().Be(Reception.Stored);
    }

    [Test]
    public void The_replay_window_agrees_with_a_plain_list_of_what_was_seen()
    {
        var random = new Random(1);
        var window = new ReplayWindow(isStream: false);
        var seen = new HashSet<uint>();
        var newest = 0u;
        for (var i = 0; i < 100_000; i++)
        {
            var id = (uint)Math.Max(0, newest + random.Next(-100, random.Next(100) == 0 ? 200 : 3));
            var isNew = id > 0 && (id > newest || (newest - id < 64 && !seen.Contains(id)));
            window.TryAccept(id).Should().Be(isNew, $"id {id}, newest {newest}");
            if (isNew)
            {
                seen.Add(id);
                newest = Math.Max(newest, id);
            }
        }
    }

    [Test]
    public void On_a_stream_ids_only_rise()
    {
        var window = new ReplayWindow(isStream: true);
        window.TryAccept(2).Should().BeTrue();
        window.TryAccept(1).Should().BeFalse();
        window.TryAccept(2).Should().BeFalse();
        window.TryAccept(3).Should().BeTrue();
    }

    private static uint[] TakeAll(SendWindow window, TimeSpan now)
    {
        var ids = new List<uint>();
        while (window.TakeDue(now) is { } packet)
        {
            ids.Add(packet.Id);
        }

        return [.. ids];
    }

    private static byte[] Ids(params uint[] ids)
    {
        var bytes = new byte[ids.Length * 4];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), ids[i]);
        }

        return bytes;
    }
}
