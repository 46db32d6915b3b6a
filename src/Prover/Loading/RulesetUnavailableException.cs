// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Loading;

/// <summary>The kernel's rules cannot be read.</summary>
/// <param name="message">What is missing or forbidden, and the mend.</param>
/// <param name="isPrivilege">Whether the caller lacks CAP_NET_ADMIN; else a program is missing or failed.</param>
public sealed class RulesetUnavailableException(string message, bool isPrivilege) : Exception(message)
{
    /// <summary>Whether the caller lacks CAP_NET_ADMIN.</summary>
    public bool IsPrivilege { get; } = isPrivilege;
}
