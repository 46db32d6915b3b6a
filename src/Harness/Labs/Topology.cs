// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs;

/// <summary>Which hosts a lab has.</summary>
public enum Topology
{
    /// <summary>The machine under test is the one that is used.</summary>
    Host,

    /// <summary>The machine under test is a gateway; a workstation behind it is used.</summary>
    Gateway,

    /// <summary>As <see cref="Host"/>, and a neighbour on the local network is hostile.</summary>
    Lan,

    /// <summary>As <see cref="Host"/>, and a second physical interface appears.</summary>
    TwoUplinks,
}
