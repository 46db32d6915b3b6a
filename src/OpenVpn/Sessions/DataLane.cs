// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>The data channel of a session, with its keepalive. Guarded by the server's lock.</summary>
internal sealed class DataLane(ServerContext context, Session session)
{
    private bool _isUpTold;
    private bool _isInTold;
    private bool _isOutTold;

    /// <summary>When the client last sent anything that authenticates.</summary>
    public TimeSpan LastHeard { get; private set; }

    /// <summary>When anything was last sent to the client under a data key.</summary>
    private TimeSpan LastSent { get; set; }

    /// <summary>The keys are agreed: the keepalive begins.</summary>
    public void Begin()
    {
        LastHeard = LastSent = context.Agenda.Now;
        context.Agenda.Schedule(LastSent + (context.PingInterval ?? context.Options.ClientTimeout));
    }

    /// <summary>Takes a packet of the client's.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="payload">Where an IP packet goes.</param>
    /// <param name="length">The IP packet's length; 0 when there is none to pass on.</param>
    /// <returns>Whether the packet authenticated under one of the session's keys.</returns>
    public bool TryReceive(in DataPacket packet, Span<byte> payload, out int length)
    {
        length = 0;
        var slot = session.Keys.Find(packet.KeyId);
        if (slot?.Opener is null || !slot.Opener.TryOpen(packet, payload))
        {
            return false;
        }

        if (!slot.Received!.TryAccept(packet.PacketId))
        {
            return true;
        }

        var content = payload[..packet.Ciphertext.Length];
        var isMessage = TunnelMessage.IsPing(content) || TunnelMessage.IsOptionsMessage(content);
        var kind = isMessage ? PacketKinds.Ping : PacketKinds.Data;
        if (!context.Faults.Admits(PacketDirections.In, kind, isMessage ? 0 : content.Length))
        {
            return true;
        }

        LastHeard = context.Agenda.Now;
        if (session.Keys.Sending is not { } sending || sending.Established <= slot.Established)
        {
            session.Keys.Sending = slot;
        }

        length = isMessage ? ReceiveMessage(content) : ReceiveData(content);
        return true;
    }

    /// <summary>Encrypts an IP packet and sends it.</summary>
    public void Send(ReadOnlySpan<byte> packet)
    {
        if (!context.Faults.Admits(PacketDirections.Out, PacketKinds.Data, packet.Length) || !SendSealed(packet))
        {
            return;
        }

        if (!_isOutTold)
        {
            _isOutTold = true;
            context.Observer.Raise(ServerEventKind.DataOut, session);
        }

        Count(packet.Length);
    }

    /// <summary>Sends one of the tunnel's own messages.</summary>
    /// <returns>False when a fault dropped it, or there are no keys.</returns>
    public bool SendMessage(ReadOnlySpan<byte> message)
    {
        return context.Faults.Admits(PacketDirections.Out, PacketKinds.Ping) && SendSealed(message);
    }

    /// <summary>Pings if the client has heard nothing for the interval.</summary>
    /// <returns>When to look again.</returns>
    public TimeSpan Tick(TimeSpan now)
    {
        if (context.PingInterval is not { } interval || !session.IsUp)
        {
            return TimeSpan.MaxValue;
        }

        if (LastSent + interval <= now)
        {
            // Also when a fault drops the ping: the next one is due an interval later.
            LastSent = now;
            SendMessage(TunnelMessage.Ping);
        }

        return LastSent + interval;
    }

    private int ReceiveMessage(ReadOnlySpan<byte> message)
    {
        TellUp();
        if (TunnelMessage.IsExit(message) && !session.IsLeaving)
        {
            context.Observer.Raise(ServerEventKind.ClientExit, session, "on the data channel");
            session.Leave("the client left");
        }

        return 0;
    }

    private int ReceiveData(ReadOnlySpan<byte> packet)
    {
        TellUp();
        if (session.IsClosed || !IpPacket.TryReadSource(packet, out var source) || !IsOwn(source))
        {
            return 0;
        }

        if (!_isInTold)
        {
            _isInTold = true;
            context.Observer.Raise(ServerEventKind.DataIn, session);
        }

        Count(packet.Length);
        return packet.Length;
    }

    private void Count(int length)
    {
        if (context.Faults.Count(length))
        {
            context.Observer.Raise(ServerEventKind.BytesPassed, session);
        }
    }

    private void TellUp()
    {
        session.BecomeUp();
        if (!_isUpTold && session.Push is not null)
        {
            _isUpTold = true;
            context.Observer.Raise(ServerEventKind.TunnelUp, session);
        }
    }

    /// <summary>Whether an address is the client's: one that was pushed, or the one that a push left out.</summary>
    private bool IsOwn(InnerAddress source) => session.Addresses.Contains(source);

    private bool SendSealed(ReadOnlySpan<byte> payload)
    {
        if (session.Keys.Sending?.Sealer is not { IsExhausted: false } sealer)
        {
            return false;
        }

        var packet = context.Outgoing.AsSpan(0, sealer.Seal(payload, context.Outgoing));
        var faults = context.Faults;
        if (faults.Corrupt > 0)
        {
            faults.Corrupt--;
            packet[^1] ^= 1;
        }

        if (faults.WrongKey > 0)
        {
            faults.WrongKey--;
            packet[0] = PacketHead.Of(PacketHead.OpcodeOf(packet[0]), PacketHead.KeyIdOf(packet[0]) ^ 4);
        }

        LastSent = context.Agenda.Now;
        session.Peer.Send(packet);
        if (faults.Replay > 0)
        {
            faults.Replay--;
            session.Peer.Send(packet);
        }

        return true;
    }
}
