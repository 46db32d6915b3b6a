// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>A watch that notes what it is told.</summary>
internal sealed class FakeWatch : IWatch
{
    /// <summary>What it was told.</summary>
    public List<string> Told { get; } = [];

    /// <summary>How often it answers that somebody has changed something since.</summary>
    public int Changes { get; set; }

    /// <summary>At what it fails, and why.</summary>
    public Func<string, string?> Fail { get; set; } = _ => null;

    /// <summary>The last policy that it was told.</summary>
    public EgressPolicy? Policy { get; private set; }

    public bool IsElsewhere { get; set; }

    public uint Generation() => 7;

    public void Hold() => Note("hold");

    public bool Adopt(uint generation, EgressPolicy? policy)
    {
        Policy = policy;
        Note($"adopt {generation}");
        return Changes-- <= 0;
    }

    public void Open() => Note("open");

    public void Dispose()
    {
        // It outlives the verbs, so that a test can ask it.
    }

    private void Note(string what)
    {
        Told.Add(what);
        if (Fail(what) is { } reason)
        {
            throw new WatchException(reason);
        }
    }
}
