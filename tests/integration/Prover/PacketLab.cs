// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>
/// A network namespace of the calling thread with two interfaces, eth0 and eth1, between which it forwards; their far ends
/// are listened to, and what they send comes in. It is gone when the thread leaves it.
/// </summary>
internal sealed class PacketLab : IDisposable
{
    private const byte WithHeader = 255;

    // Any rule that asks for a connection's state makes the kernel track connections; its own answers would end them, and
    // are dropped before they are tracked.
    private const string Tracking = """
        table inet tracking {
            chain tracked { type filter hook output priority -400; ct state new counter; }
            chain silent {
                type filter hook output priority -300;
                tcp flags & rst == rst drop
                icmp type { echo-reply, destination-unreachable } meta mark 0 drop
                icmpv6 type { echo-reply, destination-unreachable } meta mark 0 drop
            }
        }
        """;

    private readonly int _home;
    private readonly Dictionary<string, int> _farEnds;
    private readonly Dictionary<(uint Uid, uint Mark, bool IsIp4), int> _senders = [];
    private readonly HashSet<ushort> _absent = [];
    private uint _magic;
    private ushort _last = ushort.MaxValue;

    public PacketLab()
    {
        _home = Kernel.Open("/proc/thread-self/ns/net");
        Kernel.Unshare();
        Run("ip", "link set lo up");
        Run("sysctl", "-qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 "
            + "net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.send_redirects=0");
        foreach (var (name, far) in new[] { ("eth0", "far0"), ("eth1", "far1") })
        {
            Run("ip", $"link add {name} address {MacOf(name)} type veth peer name {far}");
            Run("sysctl", $"-qw net.ipv6.conf.{far}.disable_ipv6=1 net.ipv4.conf.{name}.send_redirects=0");
            Run("ip", $"link set {name} up");
            Run("ip", $"link set {far} up");
            foreach (var family in new[] { IpFamily.Ip4, IpFamily.Ip6 })
            {
                var nodad = family == IpFamily.Ip4 ? "" : " nodad";
                var length = family == IpFamily.Ip4 ? 24 : 64;
                Run("ip", $"address add {SourceOf(name, family)}/{length} dev {name}{nodad}");
            }
        }
        foreach (var (address, name) in RandomPackets.AllDestinations)
        {
            Run("ip", $"neigh add {address} lladdr 02:00:00:00:00:01 dev {name} nud permanent");
        }
        _farEnds = new Dictionary<string, int> { ["eth0"] = Kernel.Listen("far0"), ["eth1"] = Kernel.Listen("far1") };
    }

    public static EgressPolicy Policy { get; } = new()
    {
        TunnelInterface = new InterfacePattern("tun0", IsPrefix: false),
        Identity = TunnelIdentity.OfUser(1194, "tunnel"),
        Servers = [new ServerEndpoint(IPAddress.Parse("203.0.113.10"), TransportProtocol.Udp, 1194)],
    };

    public static IPAddress SourceOf(string name, IpFamily family)
    {
        return IPAddress.Parse((name, family) switch
        {
            ("eth0", IpFamily.Ip4) => "198.51.100.1",
            ("eth1", IpFamily.Ip4) => "203.0.113.1",
            ("eth0", _) => "2001:db8:1::1",
            _ => "2001:db8:2::1",
        });
    }

    /// <summary>Replaces all rules.</summary>
    /// <returns>Whether nft accepts them.</returns>
    public static bool Load(string rules)
    {
        return ToolRun.Of("nft", "flush ruleset\n" + rules, ["-f", "-"])!.ExitCode == 0;
    }

    public static LoadedRuleset Read() => KernelRulesets.ReadCurrentNamespace();

    /// <summary>Opens the connections of the probes that need one; the rules are replaced by others.</summary>
    public void Open(IEnumerable<Probe> probes)
    {
        Load(Tracking).Should().BeTrue("the rules that track are ours");
        // Those of earlier rules have the same ports.
        Kernel.ForgetConnections();
        foreach (var probe in probes.Where(probe => probe.IsKnown))
        {
            var isReply = probe.Packet[Field.ConnectionDirection] == 1;
            foreach (var (isFirst, packet, bytes) in probe.Opening())
            {
                if (probe.Packet.Path == PathKind.Output && isFirst != isReply)
                {
                    // The mark tells it from the kernel's own answers.
                    SendFromHere(packet.With(Field.Uid, 0).With(Field.Mark, 9), bytes);
                }
                else
                {
                    var isFromHere = isFirst != isReply;
                    Inject(isFromHere ? probe.Packet.InInterface : probe.Packet.OutInterface, packet.Family, bytes);
                }
            }
        }
        Drain();
    }

    /// <summary>The bytes that a probe will have.</summary>
    public byte[] Next(Probe probe)
    {
        if (_last == ushort.MaxValue)
        {
            _last = 0;
            _absent.Clear();
            _magic = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        }
        return probe.Bytes(new WireMark(_magic, ++_last));
    }

    /// <summary>Sends what was made last.</summary>
    /// <returns>Whether it arrived beyond the interface.</returns>
    public bool Send(Probe probe, byte[] bytes, bool isExpected)
    {
        if (probe.Packet.Path == PathKind.Output)
        {
            SendFromHere(probe.Packet, bytes);
        }
        else
        {
            Inject(probe.Packet.InInterface, probe.Packet.Family, bytes);
        }
        // A packet is delivered before the call returns, or a moment later if the processor is busy.
        var isThere = Arrived(isExpected ? 2000 : 0);
        if (!isThere)
        {
            _absent.Add(_last);
        }
        return isThere;
    }

    public void Dispose()
    {
        foreach (var file in _senders.Values.Concat(_farEnds.Values))
        {
            Kernel.CloseFile(file);
        }
        Kernel.Return(_home);
        Kernel.CloseFile(_home);
    }

    private void SendFromHere(Packet packet, byte[] bytes)
    {
        var isIp4 = packet.Family == IpFamily.Ip4;
        var key = (packet.Uid ?? 0, packet.Mark, isIp4);
        if (!_senders.TryGetValue(key, out var socket))
        {
            socket = Kernel.RawSocket(isIp4, WithHeader, key.Item1, packet.Mark);
            _senders.Add(key, socket);
        }
        Kernel.Send(socket, packet.Destination, bytes);
    }

    private void Inject(string device, IpFamily family, byte[] bytes)
    {
        var type = (ushort)Fields.EtherType(family);
        var to = Convert.FromHexString(MacOf(device).Replace(":", "", StringComparison.Ordinal));
        Kernel.SendFrame(_farEnds[device], [.. to, 2, 0, 0, 0, 0, 1, (byte)(type >> 8), (byte)type, .. bytes]);
    }

    private void Drain()
    {
        Span<byte> frame = stackalloc byte[2048];
        foreach (var listener in _farEnds.Values)
        {
            while (Kernel.Receive(listener, frame) > 0)
            {
            }
        }
    }

    private bool Arrived(int milliseconds)
    {
        Span<byte> frame = stackalloc byte[2048];
        int[] listeners = [.. _farEnds.Values];
        do
        {
            foreach (var listener in listeners)
            {
                for (var length = Kernel.Receive(listener, frame); length > 0; length = Kernel.Receive(listener, frame))
                {
                    var seen = WireMark.Find(_magic, frame[..length]);
                    // One that comes late was said not to have come: the earlier comparison was wrong.
                    _absent.Contains(seen).Should().BeFalse($"packet {seen} came late");
                    if (seen == _last)
                    {
                        return true;
                    }
                }
            }
        }
        while (milliseconds > 0 && Kernel.Wait(listeners, milliseconds));
        return false;
    }

    private static string MacOf(string name) => name == "eth0" ? "02:00:00:00:00:10" : "02:00:00:00:00:11";

    private static void Run(string program, string arguments)
    {
        var run = ToolRun.Of(program, arguments.Split(' '));
        run!.ExitCode.Should().Be(0, $"{program} {arguments}: {run.Errors}");
    }
}
