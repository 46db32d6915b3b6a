// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A neighbour on the client's local network who answers, beside its own addresses, for a host on the internet: whoever
/// believes that host to be on the link gets his packets there.
/// </summary>
internal static class HostileNeighbour
{
    /// <summary>Gives the far end of the client's link the neighbour's addresses.</summary>
    public static void MoveIn(LabHost router)
    {
        new NetworkSetUp()
            .Addresses(HostLab.CapturePoint, LabAddresses.Neighbour, 24)
            .AnswerFor(LabAddresses.InternetServer.IPv4, HostLab.CapturePoint)
            .AnswerFor(LabAddresses.InternetServer.IPv6, HostLab.CapturePoint)
            .Do(router.Namespace);
    }
}
