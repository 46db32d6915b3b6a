// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>
/// A network namespace of the calling thread with two interfaces, eth0 and eth1, whose far ends are listened to. It is
/// gone when the thread leaves it.
/// </summary>
internal sealed class PacketLab : IDisposable
{
    private readonly int _home;
    private readonly int[] _listeners;
    private readonly Dictionary<(uint Uid, uint Mark, byte Protocol, bool IsIp4), int> _senders = [];
    private ulong _nonce;

    public PacketLab()
    {
        _home = Kernel.Open("/proc/thread-self/ns/net");
        Kernel.Unshare();
        Run("ip", "link set lo up");
        foreach (var (name, far) in new[] { ("eth0", "far0"), ("eth1", "far1") })
        {
            Run("ip", $"link add {name} type veth peer name {far}");
            Run("sysctl", $"-qw net.ipv6.conf.{far}.disable_ipv6=1");
            Run("ip", $"link set {name} up");
            Run("ip", $"link set {far} up");
            foreach (var family in new[] { IpFamily.Ip4, IpFamily.Ip6 })
            {
                var nodad = family == IpFamily.Ip4 ? "" : " nodad";
                var length = family == IpFamily.Ip4 ? 24 : 64;
                Run("ip", $"address add {SourceOf(name, family)}/{length} dev {name}{nodad}");
            }
        }
        foreach (var (address, name) in Probe.AllDestinations)
        {
            Run("ip", $"neigh add {address} lladdr 02:00:00:00:00:01 dev {name} nud permanent");
        }
        _listeners = [.. new[] { "far0", "far1" }.Select(Kernel.Listen)];
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

    /// <summary>Sends a probe.</summary>
    /// <returns>Whether it arrived beyond the interface.</returns>
    public bool Send(Probe probe, bool isExpected)
    {
        var isIp4 = probe.Destination.GetAddressBytes().Length == 4;
        var key = (probe.Uid, probe.Mark, probe.Protocol, isIp4);
        if (!_senders.TryGetValue(key, out var socket))
        {
            socket = Kernel.RawSocket(isIp4, probe.Protocol, probe.Uid, probe.Mark);
            _senders.Add(key, socket);
        }
        var bytes = probe.Bytes(++_nonce);
        Kernel.Send(socket, probe.Destination, bytes);
        // A packet is delivered before the call returns, or a moment later if the processor is busy.
        return Arrived(_nonce, isExpected ? 2000 : 0);
    }

    public void Dispose()
    {
        foreach (var file in _senders.Values.Concat(_listeners))
        {
            Kernel.CloseFile(file);
        }
        Kernel.Return(_home);
        Kernel.CloseFile(_home);
    }

    private bool Arrived(ulong nonce, int milliseconds)
    {
        Span<byte> frame = stackalloc byte[2048];
        do
        {
            foreach (var listener in _listeners)
            {
                for (var length = Kernel.Receive(listener, frame); length > 0; length = Kernel.Receive(listener, frame))
                {
                    var seen = length >= 8 ? BinaryPrimitives.ReadUInt64BigEndian(frame[(length - 8)..length]) : 0;
                    // One that comes late was said not to have come: the earlier comparison was wrong.
                    (seen > 0 && seen < nonce && seen > nonce - 1000).Should().BeFalse($"packet {seen} came late");
                    if (seen == nonce)
                    {
                        return true;
                    }
                }
            }
        }
        while (milliseconds > 0 && Kernel.Wait(_listeners, milliseconds));
        return false;
    }

    private static void Run(string program, string arguments)
    {
        var run = ToolRun.Of(program, arguments.Split(' '));
        run!.ExitCode.Should().Be(0, $"{program} {arguments}: {run.Errors}");
    }
}
