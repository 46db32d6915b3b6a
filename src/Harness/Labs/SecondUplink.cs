// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux.Netlink;

namespace LeakVerifier.Harness.Labs;

/// <summary>
/// A second way to the internet, such as a telephone that is plugged in: its far end is at the ISP's router from the
/// start, its near end appears in the client when somebody says so.
/// </summary>
internal static class SecondUplink
{
    /// <summary>The client's end, once it is there.</summary>
    public const string ClientInterface = "usb0";

    /// <summary>The router's end: the second capture point.</summary>
    public const string CapturePoint = "lan1";

    /// <summary>Makes the link, both ends of it at the router.</summary>
    public static void Wire(LabHost router)
    {
        new NetworkSetUp()
            .AddVeth(CapturePoint, LabAddresses.UplinkRouterMac, ClientInterface, LabAddresses.UplinkClientMac)
            .Do(router.Namespace);

        // Up, so that the capture at the far end can be armed, and silent until it is the client's.
        router.Sysctl($"net/ipv6/conf/{ClientInterface}/disable_ipv6=1");
        new NetworkSetUp()
            .SetUp(ClientInterface, CapturePoint)
            .Addresses(CapturePoint, LabAddresses.UplinkRouter, 25)
            .Do(router.Namespace);
    }

    /// <summary>Plugs the near end in, and has it take over the default route, as network managers do.</summary>
    public static async Task AppearAsync(HostLab lab)
    {
        await new NetworkSetUp().Move(ClientInterface, lab.Client.Namespace).DoAsync(lab.Router.Root);
        await new NetworkSetUp()
            .SendOneSegmentAFrame(ClientInterface)
            .SetUp(ClientInterface)
            .Addresses(ClientInterface, LabAddresses.UplinkClient, 25)
            .DefaultRoutes(LabAddresses.UplinkRouter, ClientInterface, replace: true)
            .DoAsync(lab.Client.Root);
    }
}
