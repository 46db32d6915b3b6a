// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Watching;

/// <summary>
/// The watch as the verbs see it that change rules: it must know which changes are wanted, and its copies must follow.
/// </summary>
public interface IWatch : IDisposable
{
    /// <summary>Whether it is another process, which may take its time to answer.</summary>
    bool IsElsewhere { get; }

    /// <summary>The number of the kernel's last transaction; to be asked before the rules are compared.</summary>
    uint Generation();

    /// <summary>Says that the rules are about to be changed. Until this is disposed of, nothing is restored.</summary>
    /// <exception cref="WatchException">A watch runs, but does not answer.</exception>
    void Hold();

    /// <summary>Says that the rules of this transaction are the wanted ones. The copies follow.</summary>
    /// <param name="generation">The transaction.</param>
    /// <param name="policy">The policy that they enforce; null: it is not known.</param>
    /// <returns>False when somebody has changed something since; then the rules are to be compared again.</returns>
    /// <exception cref="WatchException">The copies could not be replaced.</exception>
    bool Adopt(uint generation, EgressPolicy? policy);

    /// <summary>Ends the watch and removes its copies.</summary>
    /// <exception cref="WatchException">They could not be removed.</exception>
    void Open();
}
