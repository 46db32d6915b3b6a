// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Capture;

/// <summary>A capture or an independent counter could not be started. The message says where and why.</summary>
public sealed class CaptureException(string message, Exception? inner = null) : Exception(message, inner);
