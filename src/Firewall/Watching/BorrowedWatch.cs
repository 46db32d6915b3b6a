// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Watching;

/// <summary>The watcher for a verb in its own process, which does not dispose of it.</summary>
internal sealed class BorrowedWatch(Watcher watcher) : IWatch
{
    public bool IsElsewhere => false;

    public uint Generation() => watcher.Generation();

    public void Hold() => watcher.Hold();

    public bool Adopt(uint generation, EgressPolicy? policy) => watcher.Adopt(generation, policy);

    public void Open() => watcher.Open();

    public void Dispose()
    {
        // It goes on.
    }
}
