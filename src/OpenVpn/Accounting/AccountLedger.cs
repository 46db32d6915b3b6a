// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// Writes down the sessions of a running server for <see cref="TunnelAccount"/>. Sessions that came to nothing are
/// forgotten before those that had keys. Guarded by the server's lock.
/// </summary>
internal sealed class AccountLedger
{
    private const int MaximumSessions = 4096;

    private readonly LinkedList<Entry> _entries = [];
    private bool _isComplete = true;

    public Entry Open(SessionId client, SessionId server, IPEndPoint remote)
    {
        if (_entries.Count >= MaximumSessions)
        {
            Forget();
        }

        var entry = new Entry(client, server, remote);
        _entries.AddLast(entry);
        return entry;
    }

    public TunnelAccount Export(WrappingMode wrapping, StaticKey? key)
    {
        var isComplete = _isComplete && _entries.All(entry => entry.IsComplete);
        return new TunnelAccount(wrapping, key, [.. _entries.Select(entry => entry.Export())], isComplete);
    }

    private void Forget()
    {
        var empty = _entries.FirstOrDefault(entry => !entry.IsAuthenticated);
        _isComplete &= empty is not null;
        _entries.Remove(empty ?? _entries.First!.Value);
    }

    /// <summary>One session.</summary>
    public sealed class Entry(SessionId client, SessionId server, IPEndPoint remote)
    {
        /// <summary>A handshake has about ten packets.</summary>
        private const int MaximumTranscript = 4096;

        private const int MaximumKeys = 1024;

        private readonly List<ClientKey> _keys = [];
        private readonly HashSet<TranscriptEntry> _transcript = [];

        public bool IsAuthenticated { get; private set; }

        public bool IsComplete => _keys.Count < MaximumKeys && _transcript.Count < MaximumTranscript;

        public void Authenticate() => IsAuthenticated = true;

        public void Add(int keyId, DataKey key)
        {
            if (_keys.Count < MaximumKeys)
            {
                _keys.Add(new ClientKey(keyId, key));
            }
        }

        public void Add(int keyId, uint packetId, ReadOnlySpan<byte> payload)
        {
            if (_transcript.Count < MaximumTranscript)
            {
                _transcript.Add(new TranscriptEntry(keyId, packetId, PayloadDigest.Of(payload)));
            }
        }

        public SessionAccount Export()
        {
            return new SessionAccount(
                client, server, remote, IsAuthenticated, [.. _keys], _transcript.ToHashSet());
        }
    }
}
