// SPDX-License-Identifier: GPL-3.0-or-later

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
