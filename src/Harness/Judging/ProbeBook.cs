// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic;

namespace LeakVerifier.Harness.Judging;

/// <summary>Tells which probe a frame comes from: by its nonce, or else by where it goes.</summary>
public sealed class ProbeBook
{
    private readonly Dictionary<string, ProbeDescription> _byNonce = [];
    private readonly Dictionary<(byte Protocol, IPAddress Address, int Port), ProbeDescription> _byDestination = [];

    /// <param name="probes">The probes of a run. Names, nonces and destinations are unique; a destination that is not
    /// attributes to the first probe that has it.</param>
    /// <exception cref="ArgumentException">Two probes have the same nonce.</exception>
    public ProbeBook(IEnumerable<ProbeDescription> probes)
    {
        foreach (var probe in probes)
        {
            _byNonce.Add(probe.Nonce, probe);
            var destination = probe.Destination;
            _byDestination.TryAdd(((byte)probe.Protocol, destination.Address, destination.Port), probe);
        }
    }

    /// <summary>The probe that sent the frame; null: none of the run's, as far as the frame tells.</summary>
    public ProbeDescription? Find(in FrameFacts frame)
    {
        if (frame.Nonce is { } nonce && _byNonce.TryGetValue(nonce, out var sender))
        {
            return sender;
        }

        if (frame.Arp is { } arp)
        {
            return _byDestination.GetValueOrDefault(((byte)ProbeProtocol.None, arp.Target, 0));
        }

        if (frame.Ip is not { } ip)
        {
            return null;
        }

        var protocol = ip is { Version: 6, Protocol: IpProtocols.IcmpV6 } ? IpProtocols.Icmp : ip.Protocol;
        return _byDestination.GetValueOrDefault((protocol, ip.Destination, frame.DestinationPort ?? 0));
    }
}
