// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Says of every TCP segment that anybody sent to a server's endpoint whether it was the tunnel's: puts the
/// connections' bytes in order, cuts them into packets, authenticates each. Feed it the whole capture, in order.
/// </summary>
/// <remarks>
/// A segment without bytes proves nothing: whether its connection carries the tunnel's packets is all that can be said.
/// Whoever has another sign of the sender, such as a port that only the client may use, decides by that.
/// </remarks>
public sealed class StreamAccountant : IDisposable
{
    /// <summary>Connections that are told apart; more than a lab's run can open.</summary>
    private const int MaximumConnections = 65_536;

    private readonly DatagramAccountant _packets;
    private readonly Dictionary<IPEndPoint, ConnectionAccount> _open = [];
    private readonly List<ConnectionAccount> _all = [];
    private readonly List<(StreamSegment Segment, ConnectionAccount? Connection, SegmentPlace Place)> _segments = [];

    /// <param name="account">The server's secrets.</param>
    public StreamAccountant(TunnelAccount account)
    {
        _packets = new DatagramAccountant(account);
    }

    /// <summary>How many whole packets of a class the streams carried, once they are judged.</summary>
    public long Total(PacketClass packetClass) => _packets.Total(packetClass);

    /// <summary>Takes the next captured segment. Its bytes are kept until <see cref="Finish"/>.</summary>
    public void Add(StreamSegment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var isKnown = _open.TryGetValue(segment.Source, out var connection);
        if ((!isKnown || (segment.IsSyn && connection!.IsOtherConnection(segment.Sequence)))
            && _all.Count < MaximumConnections)
        {
            connection = new ConnectionAccount(segment);
            _open[segment.Source] = connection;
            _all.Add(connection);
        }

        var place = connection?.Add(segment, _segments.Count) ?? default;
        _segments.Add((segment, connection, place));
    }

    /// <summary>Judges every segment, in the order in which they were added.</summary>
    public IReadOnlyList<SegmentVerdict> Finish()
    {
        // In the order of the wire over all connections: of two equal packets the later one is the replay.
        foreach (var packet in _all.SelectMany(connection => connection.Cut()).OrderBy(packet => packet.CompletedBy))
        {
            packet.Connection.Judge(packet, _packets);
        }

        _all.ForEach(connection => connection.Close());

        return [.. _segments.Select(entry => entry.Connection is null
            ? new SegmentVerdict(entry.Segment, PacketClass.Unproven, false, "too many connections")
            : entry.Connection.VerdictOf(entry.Segment, entry.Place))];
    }

    /// <inheritdoc/>
    public void Dispose() => _packets.Dispose();
}
