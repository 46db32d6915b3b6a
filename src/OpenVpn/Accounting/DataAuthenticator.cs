// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Authenticates packets of the data channel by the keys that the server had agreed with its clients.
/// </summary>
internal sealed class DataAuthenticator : IDisposable
{
    private readonly List<Key>[] _keys;
    private readonly byte[] _payload = new byte[DataPacket.MaximumLength];

    public DataAuthenticator(TunnelAccount account)
    {
        _keys = [.. Enumerable.Range(0, PacketHead.KeyIdMask + 1).Select(_ => new List<Key>())];
        foreach (var session in account.Sessions)
        {
            foreach (var key in session.Keys)
            {
                _keys[key.KeyId].Add(new Key(session, key.Key));
            }
        }
    }

    public PacketVerdict Judge(IPEndPoint source, ReadOnlySpan<byte> packet)
    {
        if (!DataPacket.TryParse(packet, out var parsed))
        {
            return new PacketVerdict(PacketClass.NotTunnel, null, "too short or too long for a data packet");
        }

        // The sender's own keys first: nearly every packet is found by the first trial.
        return TryKeys(source, parsed, isOwn: true)
            ?? TryKeys(source, parsed, isOwn: false)
            ?? new PacketVerdict(PacketClass.Forged, null, "no session's key authenticates it");
    }

    public void Dispose()
    {
        foreach (var key in _keys.SelectMany(keys => keys))
        {
            key.Opener.Dispose();
        }
    }

    private PacketVerdict? TryKeys(IPEndPoint source, in DataPacket packet, bool isOwn)
    {
        var keys = _keys[packet.KeyId];
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].Session.Remote.Equals(source) == isOwn && keys[i].Opener.TryOpen(packet, _payload))
            {
                return Classify(keys[i], packet);
            }
        }

        return null;
    }

    private PacketVerdict Classify(Key key, in DataPacket packet)
    {
        var session = key.Session.Client;
        if (!key.Seen.Add(packet.PacketId))
        {
            return new PacketVerdict(PacketClass.Replay, session, $"packet {packet.PacketId} was seen before");
        }

        var payload = _payload.AsSpan(0, packet.Ciphertext.Length);
        var packetClass = TunnelMessage.IsPing(payload) ? PacketClass.Ping
            : TunnelMessage.IsOptionsMessage(payload) ? PacketClass.Control
            : PacketClass.Data;
        return new PacketVerdict(packetClass, session, "authenticated by the session's key");
    }

    private sealed record Key(SessionAccount Session, DataKey Material)
    {
        public DataOpener Opener { get; } = new(Material);

        public SeenPackets Seen { get; } = new();
    }
}
