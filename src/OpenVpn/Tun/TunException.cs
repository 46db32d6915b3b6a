// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Tun;

/// <summary>A tun device could not be made or used. The message says which, why, and how to mend it.</summary>
public sealed class TunException(string message) : IOException(message);
