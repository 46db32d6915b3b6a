// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Prover.Explaining;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Harness.Proofs;

/// <summary>
/// Opens the connections that witnesses belong to, before the firewall under test is loaded: a packet one way and its
/// answer, seen by connection tracking.
/// </summary>
/// <param name="lab">The lab.</param>
internal sealed class FlowOpener(WireLab lab)
{
    private const uint FirstSequence = 1000;
    private const uint SecondSequence = 5000;

    // Any rule that asks for a connection's state makes the kernel track all of the namespace's connections. The
    // client's own answers to packets that nobody asked for would end them, and are dropped before they are tracked.
    private const string Tracking = """
        table inet lab_tracking {
            chain tracked { type filter hook output priority -400; ct state new counter; }
            chain silent {
                type filter hook output priority -300;
                tcp flags & rst == rst drop
                icmp type destination-unreachable drop
                icmpv6 type destination-unreachable drop
            }
        }

        """;

    /// <summary>Whether a packet is one of a connection that exists already.</summary>
    public static bool IsNeeded(Packet packet)
    {
        return packet.ConnectionState is ConnectionState.Established or ConnectionState.Related;
    }

    /// <summary>Where the next packet of an opened connection is in its stream.</summary>
    public static StreamPlace NextPlace(Packet packet)
    {
        var isReply = packet[Field.ConnectionDirection] == 1;
        return !IsNeeded(packet) ? new StreamPlace(FirstSequence, 0)
            : isReply ? new StreamPlace(SecondSequence + 1, FirstSequence + 1)
            : new StreamPlace(FirstSequence + 1, SecondSequence + 1);
    }

    /// <summary>Whether a packet is what the kernel answers to an echo request.</summary>
    public static bool IsEchoReply(Packet packet)
    {
        return (packet.Protocol, packet.SourcePort >> 8) is (1, 0) or (58, 129);
    }

    /// <summary>The packet of the other direction.</summary>
    public static Packet Reversed(Packet packet)
    {
        var transport = packet[Field.Transport];
        var reversed = packet.Protocol switch
        {
            6 or 17 => (transport >> 16) | ((transport & 0xffff) << 16),
            1 => Answer(transport, 8, 0),
            58 => Answer(transport, 128, 129),
            _ => transport,
        };
        return packet.With(Field.Transport, reversed)
            .With(Field.Source, packet[Field.Destination]).With(Field.Destination, packet[Field.Source])
            .With(Field.HopLimit, 64);
    }

    /// <summary>Opens the connections of the packets that need one.</summary>
    /// <exception cref="CommandFailedException">The rules that track cannot be loaded.</exception>
    public async Task OpenAsync(IReadOnlyCollection<Packet> packets)
    {
        var needy = packets.Where(IsNeeded).ToList();
        if (needy.Count == 0)
        {
            return;
        }

        await NftAsync(Tracking);
        await NftAsync(Translations(needy));
        await lab.LeadAsync(needy.Concat(needy.Select(packet => packet.AsWritten())));
        foreach (var packet in needy)
        {
            var isReply = packet[Field.ConnectionDirection] == 1;
            var (first, second) = isReply ? (Reversed(packet), packet) : (packet.AsWritten(), Reversed(packet));
            await SendAsync(first, isFromHere: !isReply, packet, TcpFlag.Syn, new StreamPlace(FirstSequence, 0));
            await SendAsync(second, isFromHere: isReply, packet, TcpFlag.SynAck, new StreamPlace(SecondSequence, FirstSequence + 1));
            if (packet.Protocol == 6)
            {
                await SendAsync(first, isFromHere: !isReply, packet, TcpFlag.Ack, new StreamPlace(FirstSequence + 1, SecondSequence + 1));
            }
        }

        await lab.SeenAsync([]);
        await NftAsync("delete chain inet lab_tracking silent\n" + (IsAnyTranslated(needy) ? "delete table inet lab_translation\n" : ""));
    }

    private static bool IsAnyTranslated(IEnumerable<Packet> packets) => packets.Any(packet => packet.FormerDestination is not null);

    // What once gave the connections another destination; it is gone when the firewall comes, the connections are not.
    private static string Translations(IReadOnlyCollection<Packet> packets)
    {
        if (!IsAnyTranslated(packets))
        {
            return "";
        }

        var rules = packets.Where(packet => packet.FormerDestination is not null)
            .Select(packet => packet.Family == IpFamily.Ip4
                ? $"ip daddr {packet.FormerDestination} dnat ip to {packet.Destination}"
                : $"ip6 daddr {packet.FormerDestination} dnat ip6 to {packet.Destination}")
            .Distinct();
        var body = string.Join("\n", rules);

        // Not every nft knows the name dstnat at output.
        return $$"""
            table inet lab_translation {
                chain output { type nat hook output priority -100; {{body}}
                }
                chain prerouting { type nat hook prerouting priority dstnat; {{body}}
                }
            }

            """;
    }

    private async Task SendAsync(Packet packet, bool isFromHere, Packet witness, byte flags, StreamPlace place)
    {
        packet = packet.With(Field.TcpFlags, flags).With(Field.ConnectionState, (UInt128)(int)ConnectionState.New)
            .With(Field.FragmentOffset, 0).With(Field.EgressForm, 0);
        if (isFromHere && witness.Path == PathKind.Output)
        {
            await lab.SendAsync(packet with { StaleOutInterface = null }, place);
            return;
        }

        var device = isFromHere ? witness.InInterface : witness.OutInterface;
        await lab.InjectAsync(device, packet with { Path = PathKind.Forward }, place);
    }

    private static UInt128 Answer(UInt128 transport, uint request, uint reply)
    {
        return (uint)(transport >> 24) == request ? (UInt128)reply << 24 : (UInt128)request << 24;
    }

    private async Task NftAsync(string rules)
    {
        if (rules.Length == 0)
        {
            return;
        }

        (await ChildProcess.RunAsync(lab.Client.Root, ["nft", "-f", "-"], input: rules)).ThrowIfFailed();
    }
}
