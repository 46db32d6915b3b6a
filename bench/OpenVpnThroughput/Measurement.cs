// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpnThroughput;

/// <summary>What one server reached.</summary>
/// <param name="Down">To the client, in Mbit/s of TCP payload inside the tunnel.</param>
/// <param name="Up">From the client.</param>
/// <param name="Connect">Milliseconds from the start of the client to its tunnel, median, server warm.</param>
internal sealed record Measurement(double Down, double Up, double Connect);
