// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic;

/// <summary>Something that takes a step at regular times.</summary>
public interface IPaced
{
    /// <summary>Ticks of the <see cref="Pacer"/> from one step to the next; at least 1.</summary>
    int IntervalTicks { get; }

    /// <summary>Does what is due, without waiting for anything.</summary>
    void TakeStep();

    /// <summary>Ends it; no step follows.</summary>
    void Close();
}
