// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What a probe leaked in a scenario's two runs.</summary>
internal sealed record ProbeReport(string Name, long AttemptsSinceFault, long LeakedFrames, long ControlFrames)
{
    public static ProbeReport Parse(JsonElement probe)
    {
        return new ProbeReport(
            probe.GetProperty("name").GetString()!,
            probe.GetProperty("attemptsSinceFault").GetInt64(),
            probe.GetProperty("leakedFrames").GetInt64(),
            probe.GetProperty("controlFrames").GetInt64());
    }
}
