// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.Accounting;

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
