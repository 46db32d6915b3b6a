// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Text;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// What a gateway must not send to its clients: a word of the addresses that it has outside, in any form, and whatever
/// somebody outside sends to them unasked.
/// </summary>
/// <remarks>
/// What it looks for are senders too, so that a control run can be required to show each of them: without the firewall a
/// server's answers tell the address from which they were asked.
/// </remarks>
public sealed class InsideWatch
{
    private readonly ImmutableArray<ExternalAddress> _external;
    private readonly ImmutableArray<ProbeDescription> _intruders;

    /// <param name="interfaceName">The gateway's name for the link.</param>
    /// <param name="external">Its addresses outside.</param>
    /// <param name="intruders">Who sends from outside.</param>
    public InsideWatch(string interfaceName, IEnumerable<IPAddress> external, IEnumerable<ProbeDescription> intruders)
    {
        Interface = interfaceName;
        _external = [.. external.Select(address => new ExternalAddress(address))];
        _intruders = [.. intruders];
    }

    /// <summary>What the name of an external address, as a sender, begins with.</summary>
    public const string ExternalAddressName = "external-address";

    /// <summary>The gateway's name for the link.</summary>
    public string Interface { get; }

    /// <summary>The external addresses, as senders.</summary>
    public IEnumerable<ProbeDescription> ExternalAddresses => _external.Select(address => address.Description);

    /// <summary>What is wrong with a frame that the gateway sent inside; null: nothing.</summary>
    internal Finding? Find(in CapturedFrame frame, in FrameFacts facts)
    {
        foreach (var address in _external)
        {
            if (address.IsIn(frame.Bytes.Span, facts))
            {
                return new Finding(address.Description, LeakClass.ExternalAddressShown, $"names {address.Address}");
            }
        }

        foreach (var intruder in _intruders)
        {
            if (intruder.Nonce == facts.Nonce || IsOpeningOf(intruder, facts))
            {
                return new Finding(intruder, LeakClass.Unsolicited, "sent by a neighbour of the gateway");
            }
        }

        return null;
    }

    /// <summary>
    /// A SYN carries no nonce, and nothing that a client asked for begins with one; an answer from the same port does with a
    /// SYN and an ACK (RFC 9293, section 3.5).
    /// </summary>
    private static bool IsOpeningOf(ProbeDescription intruder, in FrameFacts facts)
    {
        return intruder.Protocol == ProbeProtocol.Tcp
            && facts is { Ip: { } ip, TcpFlags: { } flags }
            && (flags & TcpFlag.SynAck) == TcpFlag.Syn
            && facts.DestinationPort == intruder.Destination.Port
            && ip.Destination.Equals(intruder.Destination.Address);
    }

    internal sealed record Finding(ProbeDescription Sender, LeakClass Class, string Why);

    private sealed class ExternalAddress(IPAddress address)
    {
        private readonly byte[] _binary = address.GetAddressBytes();
        private readonly byte[] _text = Encoding.ASCII.GetBytes(address.ToString());

        public IPAddress Address => address;

        public ProbeDescription Description { get; } = new(
            ExternalAddressName + ProbeDescriptions.SuffixOf(address.AddressFamily), ProbeNonce.Create(), "gateway",
            ProbeProtocol.Udp, new IPEndPoint(address, 0));

        public bool IsIn(ReadOnlySpan<byte> frame, in FrameFacts facts)
        {
            return frame.IndexOf(_text) >= 0 || (IsReadable(facts) ? IsEnd(facts.Ip!) : frame.IndexOf(_binary) >= 0);
        }

        /// <summary>
        /// Of TCP and UDP the addresses are enough: the content's bytes are anything, and four of them may be these by chance.
        /// Everything else, such as an ICMP error with the packet that it is about, is searched whole.
        /// </summary>
        private static bool IsReadable(in FrameFacts facts)
        {
            return facts is { Defect: null, Ip: { HasOptions: false, Fragment: null }, SourcePort: not null };
        }

        private bool IsEnd(IpFacts ip) => ip.Source.Equals(address) || ip.Destination.Equals(address);
    }
}
