// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>What every probe needs.</summary>
/// <param name="Description">Who sends what where.</param>
/// <param name="Pacer">Gives its steps, on the thread of the user who sends.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Device">The interface that its sockets are bound to (SO_BINDTODEVICE); null: none.</param>
public sealed record ProbeContext(
    ProbeDescription Description, Pacer Pacer, TimeProvider TimeProvider, string? Device = null);
