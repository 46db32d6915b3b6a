// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Watching;

/// <summary>A time in which the walls were not as they should be.</summary>
/// <param name="What">What had become of them.</param>
/// <param name="Cause">Who did it, as far as the kernel says.</param>
/// <param name="Start">When it was noticed.</param>
/// <param name="Length">From then until they were restored.</param>
public sealed record Gap(string What, string Cause, DateTimeOffset Start, TimeSpan Length);
