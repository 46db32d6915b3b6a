// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Policy;

/// <summary>The user under which the VPN's process runs.</summary>
/// <param name="Uid">The numeric user id, 0 to 4294967294.</param>
/// <param name="Name">The name it was given by, or the number as text.</param>
public sealed record TunnelUser(uint Uid, string Name);
