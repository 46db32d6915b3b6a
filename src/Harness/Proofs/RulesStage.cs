// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Proofs;

/// <summary>How far a firewall under test has come when its rules are read.</summary>
public enum RulesStage
{
    /// <summary>Its <c>up</c> has returned.</summary>
    Loaded,

    /// <summary>Its <c>watch</c> watches too.</summary>
    Watched,

    /// <summary>Its <c>reload</c> has returned, once.</summary>
    Reloaded,
}
