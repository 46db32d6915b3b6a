// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Harness.Linux;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.Harness.Running;

/// <summary>What a server that breaks to order did of what was asked of it.</summary>
/// <param name="Done">The actions that it carried out, in order.</param>
/// <param name="Missing">What was asked and did not happen, in words.</param>
public sealed record ServerActions(ImmutableArray<ServerAction> Done, ImmutableArray<string> Missing)
{
    /// <summary>What the server says now. Ask when the run is over.</summary>
    internal static ServerActions Of(OpenVpnServer server)
    {
        return new ServerActions(
            [
                .. server.Events
                    .Where(happened => happened.Kind == ServerEventKind.ActionDone)
                    .Select(happened => new ServerAction(UnixTime.Of(happened.Time), happened.Detail)),
            ],
            [.. server.Outstanding]);
    }
}

/// <summary>An action that a server carried out.</summary>
/// <param name="UnixNanoseconds">When: nanoseconds since 1970.</param>
/// <param name="Action">In the words of the script language, after its line if it is one of the script's.</param>
public sealed record ServerAction(long UnixNanoseconds, string Action);
