// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// A session's keys: the one that data is sent with, its successor or predecessor. The client goes on sending with the
/// old key for up to a minute after a new one is agreed, so the old one is kept until the next renegotiation. Guarded
/// by the server's lock.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    private readonly List<KeySlot> _slots = [];

    /// <summary>Newest first; at most three.</summary>
    public IReadOnlyList<KeySlot> Slots => _slots;

    public KeySlot Newest => _slots[0];

    /// <summary>The newest one whose keys are agreed.</summary>
    public KeySlot? NewestEstablished => _slots.Find(slot => slot.Established is not null);

    /// <summary>What data is sent with: the newest key that the client itself has used.</summary>
    public KeySlot? Sending { get; set; }

    /// <summary>
    /// The id that a renegotiation would have: 7 is followed by 1, as 0 belongs to the first handshake.
    /// </summary>
    public int NextKeyId => Newest.KeyId == PacketHead.KeyIdMask ? 1 : Newest.KeyId + 1;

    public KeySlot? Find(int keyId) => _slots.Find(slot => slot.KeyId == keyId);

    public void Add(KeySlot slot)
    {
        var agreed = NewestEstablished;
        foreach (var old in _slots.Where(other => other != Sending && other != agreed).ToArray())
        {
            Remove(old);
        }

        _slots.Insert(0, slot);
    }

    public void Remove(KeySlot slot)
    {
        _slots.Remove(slot);
        slot.Dispose();
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        _slots.Clear();
        Sending = null;
    }
}
