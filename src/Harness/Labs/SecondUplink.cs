// SPDX-License-Identifier: GPL-3.0-or-later

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
    public static async Task WireAsync(LabHost router)
    {
        await router.IpAsync(
            $"link add {CapturePoint} address {LabAddresses.UplinkRouterMac} type veth peer name {ClientInterface} "
            + $"address {LabAddresses.UplinkClientMac}");

        // Up, so that the capture at the far end can be armed, and silent until it is the client's.
        await router.SysctlAsync($"net/ipv6/conf/{ClientInterface}/disable_ipv6=1");
        await router.IpAsync(
        [
            $"link set {ClientInterface} up",
            $"link set {CapturePoint} up",
            .. HostLab.Addresses(CapturePoint, LabAddresses.UplinkRouter, 25),
        ]);
    }

    /// <summary>Plugs the near end in, and has it take over the default route, as network managers do.</summary>
    public static async Task AppearAsync(HostLab lab)
    {
        await lab.Router.IpAsync($"link set {ClientInterface} netns {lab.Client.Namespace.Path}");
        await lab.Client.IpAsync(
        [
            $"link set {ClientInterface} gso_max_segs 1",
            $"link set {ClientInterface} up",
            .. HostLab.Addresses(ClientInterface, LabAddresses.UplinkClient, 25),
            $"route replace default via {LabAddresses.UplinkRouter.IPv4} dev {ClientInterface}",
            $"route replace ::/0 via {LabAddresses.UplinkRouter.IPv6} dev {ClientInterface}",
        ]);
    }
}
