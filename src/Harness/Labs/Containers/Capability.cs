// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs.Containers;

/// <summary>Capabilities that hosts may have (capabilities(7)); the numbers are those of linux/capability.h.</summary>
internal enum Capability
{
    /// <summary>CAP_SETGID.</summary>
    SetGid = 6,

    /// <summary>CAP_SETUID.</summary>
    SetUid = 7,

    /// <summary>CAP_NET_BIND_SERVICE.</summary>
    NetBindService = 10,

    /// <summary>CAP_NET_ADMIN.</summary>
    NetAdmin = 12,
}
