// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>
/// All secrets by which the packets that were sent to a server can be authenticated afterwards. A snapshot: take it
/// when the capture is closed.
/// </summary>
/// <param name="Wrapping">Protection of the control channel.</param>
/// <param name="WrappingKey">Its key, unless there is none.</param>
/// <param name="Sessions">Every session since the server's start, oldest first.</param>
/// <param name="IsComplete">False when there were so many sessions or keys that some had to be forgotten.</param>
public sealed record TunnelAccount(
    WrappingMode Wrapping, StaticKey? WrappingKey, IReadOnlyList<SessionAccount> Sessions, bool IsComplete);

/// <summary>What is known of one session.</summary>
/// <param name="Client">The client's id.</param>
/// <param name="Server">The server's id.</param>
/// <param name="Remote">Where the client's packets came from.</param>
/// <param name="IsAuthenticated">Whether TLS was finished, so that the session was a client's with our certificates.</param>
/// <param name="Keys">The data keys of the client's direction, oldest first.</param>
/// <param name="Transcript">The client's packets of the control channel that the server took.</param>
public sealed record SessionAccount(
    SessionId Client,
    SessionId Server,
    IPEndPoint Remote,
    bool IsAuthenticated,
    IReadOnlyList<ClientKey> Keys,
    IReadOnlySet<TranscriptEntry> Transcript);

/// <summary>A data key of the client's direction.</summary>
/// <param name="KeyId">0 to 7; an id comes again after seven renegotiations.</param>
/// <param name="Key">The key.</param>
public sealed record ClientKey(int KeyId, DataKey Key);

/// <summary>A packet of the control channel that the server took.</summary>
/// <param name="KeyId">Whose handshake.</param>
/// <param name="PacketId">Its place in it.</param>
/// <param name="Digest">The first half of the payload's SHA-256.</param>
public readonly record struct TranscriptEntry(int KeyId, uint PacketId, UInt128 Digest);
