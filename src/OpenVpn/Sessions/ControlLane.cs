// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.Reliability;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Tls;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// The control channel of one key: TLS over the reliability layer over wrapped packets. Guarded by the server's lock.
/// </summary>
internal sealed class ControlLane : IDisposable
{
    /// <summary>Acknowledgements that ride on another packet, as in the client.</summary>
    private const int MaximumPiggyback = 4;

    private readonly ServerContext _context;
    private readonly Peer _peer;
    private readonly SessionId _own;
    private readonly SessionId _client;
    private readonly int _keyId;
    private readonly AccountLedger.Entry _account;
    private readonly SendWindow _send = new();
    private readonly ReceiveWindow _receive = new();
    private readonly AcknowledgementList _acknowledgements = new();
    private readonly TlsChannel _tls;
    private int _sent;

    /// <param name="context">The server's.</param>
    /// <param name="session">Whose control channel.</param>
    /// <param name="keyId">0 at first, then 1 to 7.</param>
    /// <param name="reset">The packet that opens it; it goes out with the first <see cref="Flush"/>.</param>
    public ControlLane(ServerContext context, Session session, int keyId, Opcode reset)
    {
        _context = context;
        _peer = session.Peer;
        _own = session.OwnId;
        _client = session.ClientId;
        _account = session.Account;
        _keyId = keyId;
        _tls = TlsChannel.Start(context.Identity);
        _send.TryEnqueue(reset, []);
    }

    /// <summary>Whether TLS is ready for messages.</summary>
    public bool IsAuthenticated => _tls.IsAuthenticated;

    /// <summary>Why it ended, once it has.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the client has acknowledged everything.</summary>
    public bool IsDrained => _send.IsEmpty;

    /// <summary>When a packet has to be sent again.</summary>
    public TimeSpan? NextDue => _send.NextDue;

    /// <summary><c>TLS 1.3, CN=…</c>, for a person to read.</summary>
    public string Description => $"{_tls.Version}, {_tls.ClientCertificate?.Subject ?? "no certificate"}";

    /// <summary>The client certificate's subject.</summary>
    public string? ClientSubject => _tls.ClientCertificate?.Subject;

    /// <summary>Takes a packet of the client's.</summary>
    public void Receive(in ControlPacket packet)
    {
        if (packet.Acknowledged.Length > 0 && packet.Receiver == _own)
        {
            _send.Acknowledge(packet.Acknowledged);
        }

        if (packet.Opcode == Opcode.Acknowledgement)
        {
            return;
        }

        var reception = _receive.Accept(packet.PacketId, packet.Payload);
        if (reception != Reception.Beyond)
        {
            _acknowledgements.Add(packet.PacketId);
        }

        if (reception == Reception.Stored)
        {
            _account.Add(_keyId, packet.PacketId, packet.Payload);
        }

        while (_receive.TryTake(out var payload))
        {
            if (payload.Length > 0)
            {
                _tls.Offer(payload);
            }
        }

        CollectTls();
    }

    /// <summary>Takes the next decrypted bytes.</summary>
    public bool TryTakePlaintext(out byte[] plaintext) => _tls.TryTakePlaintext(out plaintext);

    /// <summary>Sends a message in a TLS record of its own.</summary>
    public void Write(ReadOnlySpan<byte> message)
    {
        _tls.Write(message);
        CollectTls();
    }

    /// <summary>Sends bytes in the place of TLS's.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => Enqueue(bytes);

    /// <summary>Sends what is due: new packets, repeated ones, acknowledgements.</summary>
    public void Flush()
    {
        Span<uint> ids = stackalloc uint[ControlPacket.MaximumAcknowledgements];
        var now = _context.Agenda.Now;
        while (_send.TakeDue(now) is { } packet)
        {
            if (_sent++ < (_context.Faults.StallAfter ?? int.MaxValue))
            {
                Send(packet.Opcode, TakeAcknowledgements(ids[..MaximumPiggyback]), packet.Id, packet.Payload);
            }
        }

        while (!_acknowledgements.IsEmpty)
        {
            var taken = TakeAcknowledgements(ids);
            if (taken.Length > 0)
            {
                Send(Opcode.Acknowledgement, taken, 0, []);
            }
        }

        if (NextDue is { } due)
        {
            _context.Agenda.Schedule(due);
        }
    }

    public void Dispose() => _tls.Dispose();

    private ReadOnlySpan<uint> TakeAcknowledgements(Span<uint> ids)
    {
        var taken = ids[.._acknowledgements.Take(ids)];
        return _context.Faults.WithholdsAcknowledgements ? [] : taken;
    }

    private void CollectTls()
    {
        var bytes = _tls.TakeOutgoing().AsSpan();
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, ControlPacket.MaximumSentPayload);
            Enqueue(bytes[..length]);
            bytes = bytes[length..];
        }

        Failure ??= _tls.Failure;
    }

    private void Enqueue(ReadOnlySpan<byte> payload)
    {
        if (!_send.TryEnqueue(Opcode.Control, payload))
        {
            Failure ??= "the client acknowledges nothing";
        }
    }

    private void Send(Opcode opcode, ReadOnlySpan<uint> acknowledged, uint packetId, ReadOnlySpan<byte> payload)
    {
        if (!_context.Faults.Admits(PacketDirections.Out, PacketKinds.Control))
        {
            return;
        }

        var plain = new WireWriter(stackalloc byte[ControlPacket.MaximumLength]);
        ControlPacket.Write(
            ref plain, PacketHead.Of(opcode, _keyId), _own, _client, acknowledged, packetId, payload);
        Span<byte> packet = stackalloc byte[ControlPacket.MaximumLength + ControlWrapping.MaximumOverhead];
        var length = _context.Wrapping.Wrap(plain.Written, packet);
        _peer.Send(packet[..length]);
    }
}
