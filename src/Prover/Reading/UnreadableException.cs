// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Reading;

/// <summary>A part of a rule is not understood: it becomes an unknown, or opaque, and is never left out.</summary>
internal sealed class UnreadableException(string what) : Exception(what);
