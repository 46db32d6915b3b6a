// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.ControlChannel;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// One client's session: its keys, its state from the first reset to its end. What travels is in
/// <see cref="ControlLane"/> and <see cref="DataLane"/>, what is negotiated in <see cref="Negotiation"/>. Guarded by the
/// server's lock.
/// </summary>
internal sealed class Session : IDisposable
{
    /// <summary>How long a session stays after its client said that it leaves: the tunnel works until then.</summary>
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(5);

    private readonly ServerContext _context;
    private readonly Negotiation _negotiation;
    private TimeSpan? _end;
    private string _endReason = "";
    private bool _isPushAcknowledged;

    public Session(ServerContext context, Peer peer, SessionId client)
    {
        _context = context;
        Peer = peer;
        ClientId = client;
        OwnId = SessionId.Random();
        Account = context.Ledger.Open(client, OwnId, peer.Remote);
        Data = new DataLane(context, this);
        _negotiation = new Negotiation(context, this);
        Begun = context.Agenda.Now;
        AddSlot(0, Opcode.HardResetServer);
    }

    public Peer Peer { get; }

    public SessionId ClientId { get; }

    public SessionId OwnId { get; }

    public AccountLedger.Entry Account { get; }

    public KeyRing Keys { get; } = new();

    public DataLane Data { get; }

    /// <summary>When the first packet came.</summary>
    public TimeSpan Begun { get; }

    /// <summary>Whether the client has its options and its keys.</summary>
    public bool IsUp { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Whether the session is only kept until its last words are acknowledged.</summary>
    public bool IsLeaving => _end is not null;

    /// <summary>Who the client is, once it has told; names its lease.</summary>
    public string Name { get; set; } = "";

    /// <summary>The client's place in the tunnel's networks, once it was given one.</summary>
    public Lease? Lease { get; set; }

    /// <summary>The options that the client was pushed, once it was.</summary>
    public PushReply? Push { get; set; }

    /// <summary>
    /// The addresses that lead to the client: those it was pushed, and its lease, which a client keeps when a push
    /// leaves them out.
    /// </summary>
    public HashSet<InnerAddress> Addresses { get; } = [];

    /// <summary>When a client that goes on saying nothing is forgotten; a handshake has its own deadline.</summary>
    private TimeSpan SilenceEnds =>
        Keys.NewestEstablished is null ? TimeSpan.MaxValue : Data.LastHeard + _context.Options.ClientTimeout;

    /// <summary>Takes a packet of the control channel.</summary>
    public void Receive(in ControlPacket packet)
    {
        if (packet.Opcode == Opcode.SoftReset && packet.KeyId == Keys.NextKeyId && Keys.Newest.Established is not null)
        {
            if (_context.RefusesRenegotiation)
            {
                return;
            }

            AddSlot(packet.KeyId, Opcode.SoftReset);
            _context.Observer.Raise(ServerEventKind.RenegotiationBegan, this, "by the client");
        }

        if (!IsClosed && Keys.Find(packet.KeyId) is { } slot)
        {
            slot.Lane.Receive(packet);
            Advance(slot);
        }
    }

    /// <summary>Asks the client for new keys.</summary>
    /// <returns>False when there are none yet, or others are being agreed.</returns>
    public bool Renegotiate()
    {
        if (!IsUp || IsClosed || Keys.Newest.Established is null)
        {
            return false;
        }

        var slot = AddSlot(Keys.NextKeyId, Opcode.SoftReset);
        _context.Observer.Raise(ServerEventKind.RenegotiationBegan, this, "by the server");
        if (!IsClosed)
        {
            slot.Lane.Flush();
        }

        return true;
    }

    /// <summary>Sends a message on the control channel.</summary>
    /// <returns>False when it is not ready for any.</returns>
    public bool Say(string text)
    {
        var slot = Keys.NewestEstablished ?? Keys.Newest;
        if (IsClosed || !slot.Lane.IsAuthenticated)
        {
            return false;
        }

        slot.Lane.Write([.. Encoding.Latin1.GetBytes(text), 0]);
        slot.Lane.Flush();
        return true;
    }

    /// <summary>Sends a TLS record that is none, which ends the client's TLS.</summary>
    public void SayGarbage()
    {
        if (!IsClosed)
        {
            Keys.Newest.Lane.WriteRaw([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
            Keys.Newest.Lane.Flush();
        }
    }

    /// <summary>Sends the reset of a session that does not exist.</summary>
    public void ForgeReset()
    {
        var plain = new WireWriter(stackalloc byte[ControlPacket.MaximumLength]);
        var head = PacketHead.Of(Opcode.HardResetServer, 0);
        ControlPacket.Write(ref plain, head, SessionId.Random(), ClientId, [], 0, []);
        Span<byte> packet = stackalloc byte[ControlPacket.MaximumLength + ControlWrapping.MaximumOverhead];
        Peer.Send(packet[.._context.Wrapping.Wrap(plain.Written, packet)]);
    }

    /// <summary>Sends the options now, in the order and with the changes that scripts made.</summary>
    /// <returns>False when the client may have none, or not yet.</returns>
    public bool SendPush() => _negotiation.SendPush();

    /// <summary>Ends the session when its last words are sent, or a little later.</summary>
    public void Leave(string reason)
    {
        _end ??= _context.Agenda.Now + ExitGrace;
        _endReason = reason;
        _context.Agenda.Schedule(_end.Value);
    }

    /// <summary>The session serves from now on: the client has its options, or uses its keys.</summary>
    public void BecomeUp()
    {
        if (!IsUp && !IsClosed)
        {
            IsUp = true;
            _context.Observer.Activate(this);
            // Its keepalive is due from now on.
            _context.Agenda.Schedule(_context.Agenda.Now);
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>When there is something to do next.</returns>
    public TimeSpan Tick(TimeSpan now)
    {
        if (_end <= now)
        {
            _context.Observer.End(this, _endReason);
            return TimeSpan.MaxValue;
        }

        foreach (var slot in Keys.Slots.ToArray())
        {
            slot.Lane.Flush();
            if (slot.Established is null && slot.Deadline <= now)
            {
                Abandon(slot, "the handshake took too long");
            }
        }

        if (!IsClosed)
        {
            RenegotiateIfDue(now);
        }

        if (IsClosed)
        {
            return TimeSpan.MaxValue;
        }

        var next = Data.Tick(now);
        if (SilenceEnds <= now)
        {
            _context.Observer.End(this, "the client is silent");
            return TimeSpan.MaxValue;
        }

        return Earliest(next);
    }

    public void Dispose()
    {
        IsClosed = true;
        Keys.Dispose();
    }

    private KeySlot AddSlot(int keyId, Opcode reset)
    {
        var deadline = _context.Agenda.Now + _context.Options.HandshakeWindow;
        var slot = new KeySlot(keyId, new ControlLane(_context, this, keyId, reset), deadline);
        Keys.Add(slot);
        _context.Agenda.Schedule(deadline);
        return slot;
    }

    private void Advance(KeySlot slot)
    {
        if (!slot.IsTlsTold && slot.Lane.IsAuthenticated)
        {
            slot.IsTlsTold = true;
            Account.Authenticate();
            _context.Observer.Raise(ServerEventKind.TlsDone, this, slot.Lane.Description);
        }

        while (!IsClosed && slot.Lane.TryTakePlaintext(out var plaintext))
        {
            _negotiation.Read(slot, plaintext);
        }

        if (IsClosed)
        {
            return;
        }

        slot.Lane.Flush();
        if (slot.Lane.Failure is { } failure)
        {
            Abandon(slot, failure);
        }
        else if (Push is not null && !_isPushAcknowledged && slot.Lane.IsDrained)
        {
            _isPushAcknowledged = true;
            BecomeUp();
            _context.Observer.Raise(ServerEventKind.PushAcknowledged, this);
        }
    }

    /// <summary>Gives up a handshake: the session with it when it was the first, only the new key otherwise.</summary>
    private void Abandon(KeySlot slot, string reason)
    {
        var hasOther = Keys.Slots.Any(other => other != slot && other.Established is not null);
        if (hasOther && slot.Established is null)
        {
            Keys.Remove(slot);
        }
        else
        {
            _context.Observer.End(this, reason);
        }
    }

    private void RenegotiateIfDue(TimeSpan now)
    {
        if (_context.Options.RenegotiationInterval is { } interval && Keys.Newest.Established + interval <= now)
        {
            Renegotiate();
        }
    }

    private TimeSpan Earliest(TimeSpan next)
    {
        foreach (var slot in Keys.Slots)
        {
            next = Min(next, slot.Lane.NextDue ?? TimeSpan.MaxValue);
            next = Min(next, slot.Established is null ? slot.Deadline : TimeSpan.MaxValue);
        }

        if (IsUp)
        {
            var renewal = Keys.Newest.Established + _context.Options.RenegotiationInterval;
            next = Min(next, renewal ?? TimeSpan.MaxValue);
        }

        return Min(Min(next, SilenceEnds), _end ?? TimeSpan.MaxValue);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
