// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A leaked frame.</summary>
internal sealed record LeakReport(double SinceFault, string Interface, string Summary, string? Probe, string Class)
{
    public static LeakReport Parse(JsonElement leak)
    {
        return new LeakReport(
            leak.GetProperty("sinceFault").GetDouble(),
            leak.GetProperty("interface").GetString()!,
            leak.GetProperty("summary").GetString()!,
            leak.GetProperty("probe").GetString(),
            leak.GetProperty("class").GetString()!);
    }
}
