// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// A lab in which packets of the prover are sent: the client of a scenario, whose interfaces all have a far end that sends
/// and captures.
/// </summary>
internal sealed class WireLab : IAsyncDisposable
{
    /// <summary>A neighbour that answers nothing: what the router itself got, it would pass on and answer.</summary>
    private const string Nobody = "02:00:c0:00:02:99";

    private const string Loopback = "lo";
    private const string LoopbackMac = "00:00:00:00:00:00";

    /// <summary>Why a packet is not <see cref="IsPossibleAsync"/>.</summary>
    public const string NoIPv6 = "the firewall disables IPv6 there";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HostLab _lab;
    private readonly PacketSender _sender = new();
    private readonly ConcurrentDictionary<ushort, bool> _seen = [];
    private readonly ConcurrentDictionary<ushort, bool> _short = [];
    private readonly List<PacketCapture> _captures = [];
    private readonly Dictionary<string, FarEnd> _farEnds = [];
    private readonly uint _magic = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private ushort _last;

    private WireLab(HostLab lab)
    {
        _lab = lab;
    }

    /// <summary>Why the client's kernel refused the last packet that was sent from there; empty: it did not.</summary>
    public string Refusal => _sender.Refusal;

    /// <summary>The machine under test.</summary>
    public LabHost Client => _lab.Client;

    /// <summary>Makes a lab without a firewall yet.</summary>
    /// <param name="hosts">What hosts are made of.</param>
    /// <param name="topology">Which hosts.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<WireLab> StartAsync(IHostSource hosts, Topology topology, CancellationToken cancellation)
    {
        var lab = new WireLab(await HostLab.StartAsync(hosts, topology, [HostRole.Client], cancellation));
        try
        {
            // A machine that forwards shows more than one that does not.
            await lab.Client.SysctlAsync(
                "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1", "net/ipv4/conf/all/send_redirects=0",
                $"net/ipv4/conf/{HostLab.PhysicalInterface}/send_redirects=0");
            await lab.ListenAsync(HostLab.PhysicalInterface, new FarEnd(lab._lab.Router, HostLab.CapturePoint, LabAddresses.ClientMac));

            // What comes in by loopback the client sent itself: a packet socket on it makes the kernel pass the packet on.
            lab._farEnds.Add(Loopback, new FarEnd(lab.Client, Loopback, LoopbackMac));
            if (lab._lab.Workstation is { } workstation)
            {
                lab._farEnds.Add(InternalNetwork.Interface,
                    new FarEnd(workstation, HostLab.PhysicalInterface, InternalNetwork.GatewayMac));
            }

            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds interfaces to the client, unless it has them.</summary>
    public async Task AddLinksAsync(IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => !_farEnds.ContainsKey(name)).Distinct().ToList())
        {
            var number = _farEnds.Count;
            var far = string.Create(CultureInfo.InvariantCulture, $"wire{number}");
            var mac = string.Create(CultureInfo.InvariantCulture, $"02:00:c0:00:03:{number:x2}");
            await _lab.Router.IpAsync(
                $"link add {far} type veth peer name {name} address {mac} netns {Client.Namespace.Path}",
                $"link set {far} up");
            await Client.IpAsync($"link set {name} up");
            await ListenAsync(name, new FarEnd(_lab.Router, far, mac));
        }
    }

    /// <summary>Whether the client's kernel may have to do with a packet at all; frames do not pass its IP layer.</summary>
    public async Task<bool> IsPossibleAsync(Packet packet)
    {
        return packet.Path == PathKind.PacketSocket || packet.Family == IpFamily.Ip4
            || (await Client.HasIPv6Async(packet.OutInterface)
                && (packet.InInterface.Length == 0 || await Client.HasIPv6Async(packet.InInterface)));
    }

    /// <summary>Makes the client know where the destinations of packets are, so that it asks nobody.</summary>
    public Task LeadAsync(IEnumerable<Packet> packets)
    {
        var ways = packets.Where(packet => packet.Path != PathKind.PacketSocket)
            .SelectMany(packet => new[] { (packet.Destination, packet.OutInterface), (packet.Source, packet.InInterface) })
            .Where(way => way.Item2 is not ("" or Loopback) && !IsOwn(way.Item1)).Distinct();
        return Client.IpAsync([.. ways.SelectMany(way => NeighbourLines(way.Item1, way.Item2))]);
    }

    /// <summary>Makes the client send a packet's destination by an interface.</summary>
    public Task RouteAsync(IPAddress destination, string device)
    {
        return IsGroup(destination)
            ? Task.CompletedTask
            : Client.IpAsync($"route replace {destination} dev {device} metric 1");
    }

    /// <summary>Sends a packet on its path.</summary>
    /// <returns>The number by which it will be known.</returns>
    public async Task<ushort> SendAsync(Packet packet, StreamPlace place = default)
    {
        var mark = new WireMark(_magic, ++_last);
        var bytes = PacketBytes.Of(packet, mark, place);
        if (bytes.Length < 20 + 8 || packet[Field.Truncated] == 1 || packet[Field.TransportUnknown] == 1)
        {
            _short[mark.Number] = true;
        }

        switch (packet.Path)
        {
            case PathKind.Forward:
                await InjectAsync(packet.InInterface, packet, bytes);
                break;
            case PathKind.PacketSocket:
                await Client.Root.RunAsync(() => SendFrame(packet.OutInterface, packet, bytes));
                break;
            default:
                await Client.Root.RunAsync(() => Send(packet, bytes, mark));
                break;
        }

        return mark.Number;
    }

    /// <summary>Sends many packets.</summary>
    /// <returns>Their numbers, in their order.</returns>
    public async Task<IReadOnlyList<ushort>> SendAsync(IReadOnlyList<Packet> packets)
    {
        var numbers = new List<ushort>(packets.Count);
        foreach (var packet in packets)
        {
            numbers.Add(await SendAsync(packet));
        }

        return numbers;
    }

    /// <summary>Lets the client's kernel send a packet: its answer to a question that comes from outside.</summary>
    public async Task<ushort> AskAsync(Packet answer)
    {
        var mark = new WireMark(_magic, ++_last);
        var question = FlowOpener.Reversed(answer);
        await InjectAsync(answer.OutInterface, question, PacketBytes.Of(question, mark));
        return mark.Number;
    }

    /// <summary>Sends a packet into the client from the far end of an interface.</summary>
    public Task InjectAsync(string device, Packet packet, StreamPlace place)
    {
        return InjectAsync(device, packet, PacketBytes.Of(packet, new WireMark(_magic, 0), place));
    }

    /// <summary>Whether a packet came out, once everything that was sent has arrived or the time is up.</summary>
    /// <param name="numbers">The packets that are expected; the wait ends early when all are there.</param>
    /// <exception cref="CaptureException">A capture is not complete.</exception>
    public async Task<IReadOnlySet<ushort>> SeenAsync(IReadOnlyCollection<ushort> numbers)
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        do
        {
            foreach (var capture in _captures)
            {
                if (await capture.FlushAsync() is { } problem)
                {
                    throw new CaptureException($"capture on {capture.Interface}: {problem}");
                }
            }
        }
        while (!numbers.All(_seen.ContainsKey) && clock.GetElapsedTime(began) < Patience);

        return _seen.Keys.ToHashSet();
    }

    /// <summary>Ends the captures, which are complete or say so.</summary>
    /// <exception cref="CaptureException">One is not.</exception>
    public async Task<IReadOnlySet<ushort>> CloseAsync()
    {
        foreach (var capture in _captures)
        {
            var result = await capture.StopAsync();
            if (!result.IsComplete)
            {
                throw new CaptureException($"the capture on {capture.Interface} is not complete: {result.Problem ?? "frames were dropped"}");
            }
        }

        return _seen.Keys.ToHashSet();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        foreach (var capture in _captures)
        {
            await capture.DisposeAsync();
        }

        await _lab.DisposeAsync();
    }

    private async Task ListenAsync(string name, FarEnd end)
    {
        _farEnds.Add(name, end);
        var options = new CaptureOptions { Interface = end.Interface };
        _captures.Add(await PacketCapture.StartAsync(end.Host.Root, options, OnFrame, TimeProvider.System));
        await Carrier.WaitAsync(Client.Root, name, Patience);
    }

    private void OnFrame(CapturedFrame frame)
    {
        if (frame.IsOutbound)
        {
            return;
        }

        var number = WireMark.Find(_magic, frame.Bytes.Span);
        if (number == 0 && WireMark.FindInHeader(frame.Bytes.Span) is var found && _short.ContainsKey(found))
        {
            number = found;
        }

        if (number != 0)
        {
            _seen[number] = true;
        }
    }

    private void Send(Packet packet, byte[] bytes, WireMark mark)
    {
        if (packet[Field.EgressForm] == (UInt128)(int)EgressForm.Whole)
        {
            _sender.Send(packet, bytes);
            return;
        }

        const int largerThanAFrame = 3000;
        _sender.SendLarge(packet, PacketBytes.Transport(packet, mark, default, largerThanAFrame));
    }

    private Task InjectAsync(string device, Packet packet, byte[] bytes)
    {
        var end = _farEnds[device];
        return end.Host.Root.RunAsync(() =>
        {
            using var socket = LinkSocket.Open(end.Interface);
            socket.Send(Frame(end.ClientMac, packet, bytes));
        });
    }

    private static void SendFrame(string device, Packet packet, byte[] bytes)
    {
        using var socket = LinkSocket.Open(device);
        try
        {
            socket.Send(Frame(Nobody, packet, bytes));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Refused by the egress hook.
        }
    }

    private static byte[] Frame(string to, Packet packet, byte[] bytes)
    {
        var type = (ushort)Fields.EtherType(packet.Family);
        return [.. Octets(to), .. Octets(Nobody), (byte)(type >> 8), (byte)type, .. bytes];
    }

    private static byte[] Octets(string mac) => Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal));

    // A route for each interface: a socket that is bound to one finds its own.
    private IEnumerable<string> NeighbourLines(IPAddress address, string device)
    {
        if (!IsGroup(address))
        {
            var metric = 10 + _farEnds.Keys.ToList().IndexOf(device);
            yield return $"neighbour replace {address} lladdr {Nobody} dev {device} nud permanent";
            yield return string.Create(CultureInfo.InvariantCulture, $"route replace {address} dev {device} metric {metric}");
        }
    }

    private static bool IsIp4(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    private static bool IsGroup(IPAddress address)
    {
        return address.IsIPv6Multicast || (IsIp4(address) && address.GetAddressBytes()[0] >= 224);
    }

    private static bool IsOwn(IPAddress address)
    {
        return LabAddresses.Client.Both.Contains(address) || LabAddresses.GatewayInside.Both.Contains(address);
    }

    private sealed record FarEnd(LabHost Host, string Interface, string ClientMac);
}
