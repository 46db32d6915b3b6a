// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Reliability;

/// <summary>
/// The sending half of the control channel's reliability layer, one per key: numbers packets, keeps at most six on
/// the way, sends them again until each is acknowledged by its own id.
/// </summary>
internal sealed class SendWindow
{
    /// <summary>Packets on the way at once; the client has room for twelve.</summary>
    public const int MaximumInFlight = 6;

    /// <summary>Packets that may wait. A handshake with its push needs fewer than twenty.</summary>
    public const int MaximumWaiting = 128;

    /// <summary>
    /// Later packets that must be acknowledged before one is taken for lost (as in TCP's fast retransmit).
    /// </summary>
    private const int EarlyResend = 3;

    /// <summary>The first pause before a packet is sent again (--tls-timeout); each further one is doubled.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly List<OutgoingPacket> _inFlight = [];
    private readonly Queue<OutgoingPacket> _waiting = [];
    private uint _nextId;

    /// <summary>Whether every packet was acknowledged.</summary>
    public bool IsEmpty => _inFlight.Count == 0 && _waiting.Count == 0;

    /// <summary>When a packet must be sent again; null when none is on the way.</summary>
    public TimeSpan? NextDue => _inFlight.Count == 0 ? null : _inFlight.Min(packet => packet.Due);

    /// <returns>False when the peer acknowledges nothing and the queue is full.</returns>
    public bool TryEnqueue(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (_waiting.Count >= MaximumWaiting)
        {
            return false;
        }

        _waiting.Enqueue(new OutgoingPacket(_nextId++, opcode, payload.ToArray()));
        return true;
    }

    /// <summary>Takes acknowledgements. Clients repeat them, so an id that is not on the way is no mistake.</summary>
    /// <param name="ids">Four bytes each.</param>
    public void Acknowledge(ReadOnlySpan<byte> ids)
    {
        for (; ids.Length >= sizeof(uint); ids = ids[sizeof(uint)..])
        {
            var id = BinaryPrimitives.ReadUInt32BigEndian(ids);
            if (_inFlight.RemoveAll(packet => packet.Id == id) == 0)
            {
                continue;
            }

            foreach (var earlier in _inFlight.Where(packet => packet.Id < id))
            {
                earlier.LaterAcknowledged++;
            }
        }
    }

    /// <summary>The next packet that must be sent at this time, or null.</summary>
    public OutgoingPacket? TakeDue(TimeSpan now)
    {
        var packet = _inFlight.Find(sent => sent.Due <= now || sent.LaterAcknowledged >= EarlyResend);
        if (packet is null)
        {
            if (_inFlight.Count >= MaximumInFlight || !_waiting.TryDequeue(out packet))
            {
                return null;
            }

            packet.Pause = FirstPause;
            _inFlight.Add(packet);
        }

        packet.LaterAcknowledged = 0;
        packet.Due = now + packet.Pause;
        packet.Pause = packet.Pause * 2 < LongestPause ? packet.Pause * 2 : LongestPause;
        return packet;
    }
}
