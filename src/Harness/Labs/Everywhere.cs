// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Labs;

/// <summary>The destinations of default routes.</summary>
internal static class Everywhere
{
    /// <summary>0.0.0.0/0.</summary>
    public static IPNetwork IPv4 { get; } = new(IPAddress.Any, 0);

    /// <summary>::/0.</summary>
    public static IPNetwork IPv6 { get; } = new(IPAddress.IPv6Any, 0);
}
