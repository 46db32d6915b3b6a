// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Judging;

/// <summary>A fragment's place in its packet.</summary>
/// <param name="Identification">What the fragments of one packet share.</param>
/// <param name="Offset">Where its content belongs, in bytes.</param>
/// <param name="Length">How much content it has, in bytes.</param>
/// <param name="HasMore">Whether another follows.</param>
public sealed record FragmentFacts(uint Identification, int Offset, int Length, bool HasMore);
