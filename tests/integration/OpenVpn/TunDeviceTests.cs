// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.IntegrationTests.OpenVpn;

public sealed class TunDeviceTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task A_packet_routed_into_the_interface_is_read_and_one_written_comes_out(CancellationToken timeout)
    {
        using var host = new Namespace("tun");
        using var tun = host.Run(() => TunDevice.Open("tun%d"));
        tun.Name.Should().Be("tun0");
        Configure(host, tun.Name);
        using var socket = host.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5000));

        await socket.SendToAsync(new byte[] { 1, 2, 3 }, new IPEndPoint(IPAddress.Parse("192.0.2.2"), 5000), timeout);
        var packet = await Task.Run(() => ReadWhere(tun, p => p[0] >> 4 == 4 && p[9] == 17), timeout);
        packet[28..].Should().Equal(1, 2, 3);

        // Sent back with the addresses exchanged it is an answer; exchanging two words leaves the checksums valid.
        var answer = packet.ToArray();
        packet.AsSpan(12, 4).CopyTo(answer.AsSpan(16));
        packet.AsSpan(16, 4).CopyTo(answer.AsSpan(12));
        tun.Write(answer).Should().BeTrue();
        var received = await socket.ReceiveFromAsync(new byte[100], new IPEndPoint(IPAddress.Any, 0), timeout);
        received.ReceivedBytes.Should().Be(3);
        received.RemoteEndPoint.Should().Be(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 5000));
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(120_000)]
    public async Task Disposing_wakes_the_reader_and_removes_the_interface(bool isUp, CancellationToken timeout)
    {
        using var host = new Namespace("tun");
        var tun = host.Run(() => TunDevice.Open("tun7"));
        if (isUp)
        {
            Configure(host, tun.Name);
        }

        host.Execute("ip", "link show").Should().Contain("tun7");
        var isReading = new TaskCompletionSource();
        var reader = new Thread(() =>
        {
            isReading.SetResult();
            while (tun.Read(new byte[2000]) != 0)
            {
            }
        });
        reader.Start();
        await isReading.Task.WaitAsync(timeout);

        tun.Dispose();

        reader.Join(TimeSpan.FromSeconds(60)).Should().BeTrue();
        host.Execute("ip", "link show").Should().NotContain("tun7");
        tun.Write(new byte[20]).Should().BeFalse();
        tun.Read(new byte[20]).Should().Be(0);
    }

    [Test]
    public void A_deleted_interface_ends_the_read_with_a_reason()
    {
        using var host = new Namespace("tun");
        using var tun = host.Run(() => TunDevice.Open("tun0"));
        host.Ip("link delete tun0");

        tun.Invoking(t => t.Read(new byte[100])).Should().Throw<TunException>().WithMessage("*deleted*");
    }

    [Test]
    public void A_missing_node_and_a_taken_name_are_told_with_their_mend()
    {
        using var host = new Namespace("tun");
        using var tun = host.Run(() => TunDevice.Open("tun0"));

        host.Invoking(h => h.Run(() => TunDevice.Open("tun0")))
            .Should().Throw<TunException>().WithMessage("tun0: TUNSETIFF*name taken*");
        host.Invoking(h => h.Run(() => TunDevice.Open("tun1", "/nonexistent/tun")))
            .Should().Throw<TunException>().WithMessage("/nonexistent/tun*load the module*");
    }

    private static void Configure(Namespace host, string name)
    {
        host.Ip($"address add 192.0.2.1/24 dev {name}");
        host.Ip($"link set {name} up");
    }

    private static byte[] ReadWhere(TunDevice tun, Predicate<byte[]> isWanted)
    {
        var buffer = new byte[2000];
        while (true)
        {
            var packet = buffer[..tun.Read(buffer)];
            if (isWanted(packet))
            {
                return packet;
            }
        }
    }
}
