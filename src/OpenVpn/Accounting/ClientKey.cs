// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;

namespace LeakVerifier.OpenVpn.Accounting;

/// <summary>A data key of the client's direction.</summary>
/// <param name="KeyId">0 to 7; an id comes again after seven renegotiations.</param>
/// <param name="Key">The key.</param>
public sealed record ClientKey(int KeyId, DataKey Key);
