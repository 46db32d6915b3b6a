// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy.Endpoints;

namespace LeakVerifier.Policy.Configuration;

/// <summary>What to read a configuration from.</summary>
public sealed record ConfigurationRequest
{
    /// <summary>A file or folder that replaces the default folders; null for those.</summary>
    public string? Path { get; init; }

    /// <summary>Where user names are looked up.</summary>
    public UserDirectory Users { get; init; } = new();

    /// <summary>Configurations of VPNs to read besides those that the keys name.</summary>
    public ImmutableArray<VpnFile> VpnFiles { get; init; } = [];

    /// <summary>Where host names are pinned to addresses.</summary>
    public string PinsPath { get; init; } = PinnedHosts.DefaultPath;

    /// <summary>Looks a host's name up, giving no address where that fails; null: nothing may be looked up.</summary>
    public Func<string, IReadOnlyList<IPAddress>>? LookUp { get; init; }

    /// <summary>Whether every name is to be looked up, pinned or not, and whatever RESOLVE says.</summary>
    public bool IsLookUpAsked { get; init; }
}
