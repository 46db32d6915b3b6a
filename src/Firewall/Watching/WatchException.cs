// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Watching;

/// <summary>The watch cannot do what it is asked. The message says why, and how to mend it.</summary>
public sealed class WatchException(string message, Exception? inner = null) : Exception(message, inner);
