// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Scenarios;

/// <summary>What a scenario's policy allows in the clear besides the tunnel, in the spelling of configuration files.</summary>
public sealed record ClearTraffic
{
    /// <summary>Nothing.</summary>
    public static ClearTraffic None { get; } = new();

    /// <summary>Networks that every program may reach, DNS excepted.</summary>
    public string LocalNet { get; init; } = "";

    /// <summary>Who may reach which TCP port of the client.</summary>
    public string SshFrom { get; init; } = "";

    /// <summary>Whether a DHCP client may ask everybody.</summary>
    public bool HasDhcp { get; init; }
}
