// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Commands;

/// <summary>The values of <c>--lab</c>.</summary>
internal static class LabKinds
{
    /// <summary>Hosts are network namespaces.</summary>
    public const string Namespaces = "netns";

    /// <summary>Client and VPN server are containers.</summary>
    public const string Docker = "docker";
}
