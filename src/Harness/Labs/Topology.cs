// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Labs;

/// <summary>Which hosts a lab has.</summary>
public enum Topology
{
    /// <summary>The machine under test is the one that is used.</summary>
    Host,

    /// <summary>The machine under test is a gateway; a workstation behind it is used.</summary>
    Gateway,
}
