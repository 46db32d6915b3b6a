// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Traffic;
using LeakVerifier.Policy;

namespace LeakVerifier.UnitTests.Judging;

/// <summary>A client at 192.0.2.100 whose tunnel goes to 203.0.113.10:1194/udp and gave it 198.51.100.2.</summary>
internal static class JudgeBench
{
    public const string Nonce = "lvp-0123456789ab";

    public static EgressPolicy SamplePolicy { get; } = new()
    {
        TunnelInterface = new InterfacePattern("tun0", IsPrefix: false),
        Identity = TunnelIdentity.OfUser(1194, "tunnel"),
        Servers =
        [
            new ServerEndpoint(IPAddress.Parse("203.0.113.10"), TransportProtocol.Udp, 1194),
            new ServerEndpoint(IPAddress.Parse("2001:db8:f::10"), TransportProtocol.Tcp, 443),
        ],
        LocalNetworks =
        [
            new LocalNetwork(IPNetwork.Parse("192.0.2.128/25"), "eth0"),
            new LocalNetwork(IPNetwork.Parse("203.0.113.128/25"), "eth1"),
            new LocalNetwork(IPNetwork.Parse("2001:db8:1:8000::/49"), null),
            new LocalNetwork(IPNetwork.Parse("fe80::/10"), null),
        ],
        LocalDns = [IPAddress.Parse("192.0.2.53")],
        AllowDhcp = true,
        Management =
        [
            new ManagementAccess(IPNetwork.Parse("192.0.2.64/27"), "eth0", 22),
            new ManagementAccess(IPNetwork.Parse("192.0.2.96/27"), "eth1", 22),
        ],
    };

    public static WireFacts Wire { get; } = new()
    {
        Interface = "eth0",
        OnLink = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:1::/64")],
        OwnAddresses =
        [
            IPAddress.Parse("192.0.2.100"), IPAddress.Parse("2001:db8:1::64"), IPAddress.Parse("fe80::64"),
        ],
        ClientMac = MacAddress.Read(FrameBuilder.Mac(FrameBuilder.ClientMac)),
        TunnelAddresses = [IPAddress.Parse("198.51.100.2"), IPAddress.Parse("2001:db8:7::2")],
    };

    public static OwnedSocket Socket { get; } = new(
        TransportProtocol.Udp,
        IPEndPoint.Parse("192.0.2.100:40000"),
        IPEndPoint.Parse("203.0.113.10:1194"),
        FromUnixNanoseconds: 100,
        UntilUnixNanoseconds: 1_000);

    public static ProbeDescription Probe { get; } = new(
        "tcp-new-v4", Nonce, "1000", ProbeProtocol.Tcp, IPEndPoint.Parse("198.51.100.10:8080"));

    public static Judge Judge(EgressPolicy? policy = null, WireFacts? wire = null, params ProbeDescription[] probes)
    {
        var oracle = new SocketTransport();
        oracle.Add(Socket);
        oracle.Add(Socket with
        {
            Protocol = TransportProtocol.Tcp,
            Local = IPEndPoint.Parse("[::]:40000"),
            Remote = IPEndPoint.Parse("[2001:db8:f::10]:443"),
        });
        var judge = new Judge(policy ?? SamplePolicy, wire ?? Wire, oracle, new ProbeBook(probes));
        judge.OpenWindow(0);
        return judge;
    }

    /// <summary>What one frame is on the list by; null: it is a leak.</summary>
    public static AllowedReason? Decide(
        byte[] frame, long at = 500, EgressPolicy? policy = null, WireFacts? wire = null)
    {
        var judge = Judge(policy, wire);
        judge.Take(FrameBuilder.At(at, frame));
        var judgement = judge.Finish();
        judgement.Judged.Should().Be(1);
        (judgement.LeakedFrames + judgement.Allowed.Values.Sum()).Should().Be(1);
        return judgement.Allowed.IsEmpty ? null : judgement.Allowed.Keys.Single();
    }

    /// <summary>The leak that one frame is.</summary>
    public static Leak Leak(byte[] frame, params ProbeDescription[] probes)
    {
        var judge = Judge(probes: probes);
        judge.Take(FrameBuilder.At(500, frame));
        return judge.Finish().Leaks.Should().ContainSingle().Subject;
    }
}
