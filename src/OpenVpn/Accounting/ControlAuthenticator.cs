// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Authenticates packets of the control channel: by the wrapping key where there is one, otherwise by the session's
/// 64-bit random ids, its address, and the transcript of what the server took.
/// </summary>
internal sealed class ControlAuthenticator
{
    private readonly ControlWrapping _wrapping;
    private readonly Dictionary<SessionId, SessionAccount> _sessions = [];
    private readonly HashSet<ulong> _stamps = [];
    private readonly HashSet<(SessionId Session, int KeyId, uint PacketId)> _taken = [];
    private readonly byte[] _plain = new byte[ControlPacket.MaximumLength];

    public ControlAuthenticator(TunnelAccount account)
    {
        _wrapping = ControlWrapping.Create(account.Wrapping, account.WrappingKey, time: 0);
        foreach (var session in account.Sessions)
        {
            _sessions[session.Client] = session;
            foreach (var entry in session.Transcript)
            {
                _taken.Add((session.Client, entry.KeyId, entry.PacketId));
            }
        }
    }

    public PacketVerdict Judge(IPEndPoint source, ReadOnlySpan<byte> packet)
    {
        if (packet.Length > ControlPacket.MaximumLength)
        {
            return new PacketVerdict(PacketClass.NotTunnel, null, "longer than any control packet");
        }

        if (!_wrapping.TryUnwrap(packet, _plain, out var length))
        {
            return new PacketVerdict(PacketClass.Forged, null, $"not made with the {_wrapping.Mode} key");
        }

        if (!ControlPacket.TryParse(_plain.AsSpan(0, length), out var parsed))
        {
            return new PacketVerdict(PacketClass.NotTunnel, null, "no control packet");
        }

        return _wrapping.StampOf(packet) is { } stamp ? JudgeWrapped(parsed, stamp) : JudgePlain(source, parsed);
    }

    private static PacketClass ClassOf(in ControlPacket packet)
    {
        return packet.Opcode is Opcode.HardResetClient or Opcode.SoftReset ? PacketClass.Handshake : PacketClass.Control;
    }

    private PacketVerdict JudgeWrapped(in ControlPacket packet, ulong stamp)
    {
        // The counter and the sender's start time: a repeated packet of the client's own has a new counter.
        return _stamps.Add(stamp ^ packet.Sender.Value)
            ? new PacketVerdict(ClassOf(packet), packet.Sender, "authenticated by the wrapping key")
            : new PacketVerdict(PacketClass.Replay, packet.Sender, "the wrapping's counter was seen before");
    }

    private PacketVerdict JudgePlain(IPEndPoint source, in ControlPacket packet)
    {
        if (!_sessions.TryGetValue(packet.Sender, out var session) || !session.IsAuthenticated)
        {
            return JudgeUnfinished(packet, session);
        }

        if (packet.Acknowledged.Length > 0 && packet.Receiver != session.Server)
        {
            return new PacketVerdict(PacketClass.Forged, packet.Sender, "acknowledges another server's session");
        }

        var isFromItsPlace = session.Remote.Equals(source);
        var isTaken = packet.Opcode == Opcode.Acknowledgement || session.Transcript.Contains(
            new TranscriptEntry(packet.KeyId, packet.PacketId, PayloadDigest.Of(packet.Payload)));
        if (isTaken)
        {
            return isFromItsPlace
                ? new PacketVerdict(ClassOf(packet), packet.Sender, "bears the session's ids; the server took it")
                : new PacketVerdict(PacketClass.Replay, packet.Sender, $"the session is at {session.Remote}");
        }

        var isContradiction = _taken.Contains((packet.Sender, packet.KeyId, packet.PacketId));
        return isContradiction || !isFromItsPlace
            ? new PacketVerdict(PacketClass.Forged, packet.Sender, "the server took other bytes or none")
            : new PacketVerdict(ClassOf(packet), packet.Sender, "the session's id; not taken by the server");
    }

    private static PacketVerdict JudgeUnfinished(in ControlPacket packet, SessionAccount? session)
    {
        if (session is not null)
        {
            return new PacketVerdict(PacketClass.Unproven, packet.Sender, "the session's TLS was never finished");
        }

        return packet.Opcode == Opcode.HardResetClient && packet.Payload.IsEmpty
            ? new PacketVerdict(PacketClass.Unproven, packet.Sender, "a reset of a session that came to nothing")
            : new PacketVerdict(PacketClass.Forged, packet.Sender, "no session has this id");
    }
}
