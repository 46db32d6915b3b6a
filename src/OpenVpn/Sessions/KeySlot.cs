// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.KeyExchange;

namespace LeakVerifier.OpenVpn.Sessions;

/// <summary>
/// One key of a session: the handshake that agrees it, then its data channel. Guarded by the server's lock.
/// </summary>
internal sealed class KeySlot(int keyId, ControlLane lane, TimeSpan deadline) : IDisposable
{
    public int KeyId => keyId;

    public ControlLane Lane => lane;

    /// <summary>Until when the handshake must be finished.</summary>
    public TimeSpan Deadline => deadline;

    public KeySource Source { get; } = new();

    /// <summary>Plaintext that is no whole message yet.</summary>
    public List<byte> Plaintext { get; } = [];

    /// <summary>Whether the end of the TLS handshake was told.</summary>
    public bool IsTlsTold { get; set; }

    /// <summary>When the keys were agreed; null before.</summary>
    public TimeSpan? Established { get; private set; }

    /// <summary>Decrypts the client's packets; null until the keys are agreed.</summary>
    public DataOpener? Opener { get; private set; }

    public DataSealer? Sealer { get; private set; }

    public ReplayWindow? Received { get; private set; }

    public void Establish(DataKeyBlock keys, DataCipher cipher, int peerId, bool isStream, TimeSpan now)
    {
        Opener = new DataOpener(keys.ClientToServer(cipher));
        Sealer = new DataSealer(keys.ServerToClient(cipher), keyId, peerId);
        Received = new ReplayWindow(isStream);
        Established = now;
    }

    public void Dispose()
    {
        lane.Dispose();
        Opener?.Dispose();
        Sealer?.Dispose();
    }
}
