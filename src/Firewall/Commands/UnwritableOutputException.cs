// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Commands;

/// <summary>
/// What a verb was asked for cannot be written, for example to a full disk. Only verbs that answer and change nothing are
/// ended by it: what the others say besides may get lost.
/// </summary>
internal sealed class UnwritableOutputException(IOException cause)
    : Exception($"standard output cannot be written: {cause.Message}", cause);
