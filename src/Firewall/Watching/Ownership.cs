// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Watching;

/// <summary>How firmly the watch holds its copies; it depends on the kernel.</summary>
public enum Ownership
{
    /// <summary>Nobody else can remove them, and they stay when the watch ends (kernel 6.9).</summary>
    OwnedPersistent,

    /// <summary>Nobody else can remove them, but they go when the watch ends (kernel 5.12).</summary>
    Owned,

    /// <summary>This kernel knows no owners: there are no copies, lost rules are only restored.</summary>
    None,
}
