// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Faults;

/// <summary>What happens to the tunnel, the network or the firewall in the middle of a transfer.</summary>
/// <param name="Id">Its name in scenario ids.</param>
/// <param name="What">What happens, as the end of "in mid-transfer, ...".</param>
/// <param name="StrikeAsync">Makes it happen. It returns when it has happened, with null, or with why it could not.</param>
public sealed record Fault(string Id, string What, Func<FaultContext, CancellationToken, Task<string?>> StrikeAsync)
{
    internal static Fault Of(string id, string what, Func<FaultContext, Task> strike)
    {
        return new Fault(id, what, async (context, _) =>
        {
            await strike(context);
            return null;
        });
    }
}
