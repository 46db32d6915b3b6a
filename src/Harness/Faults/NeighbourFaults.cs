// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Traffic.Forging;

namespace LeakVerifier.Harness.Faults;

/// <summary>What others on the client's networks do (leak catalogue, classes 14, 16, 20, 31, 44 to 46, 49 and 54).</summary>
public static class NeighbourFaults
{
    /// <summary>The neighbour is an actor; nothing else happens.</summary>
    public static Fault Forges { get; } = Fault.Of(
        "neighbour", "a neighbour asks for the tunnel's address and forges packets for its connections", _ => Task.CompletedTask);

    /// <summary>
    /// A public network is said to be the local one (TunnelCrack's LocalNet attack): by the mask of a lease, which the client's
    /// DHCP program believes, and by the prefix of a router advertisement, which its kernel believes.
    /// </summary>
    public static Fault LocalNetDeclared { get; } = Fault.Of(
        "local-net",
        "a rogue router declares the destination's network to be the local one",
        async context =>
        {
            await context.Lab.Client.IpAsync($"address add {LeasedAddress}/25 dev {HostLab.PhysicalInterface}");
            await context.Lab.Router.Root.RunAsync(() =>
            {
                using var link = LinkSocket.Open(HostLab.CapturePoint);
                link.Send(Advertisement());
            });
        });

    /// <summary>A second physical interface appears, and takes over the default route.</summary>
    public static Fault UplinkAppears { get; } = Fault.Of(
        "appears",
        "a second physical interface appears and takes over the default route",
        context => SecondUplink.AppearAsync(context.Lab));

    /// <summary>An address of the destination's own network.</summary>
    private static readonly IPAddress LeasedAddress = IPAddress.Parse("198.51.100.77");

    /// <summary>All nodes of the link, and the frames' address for them (RFC 2464, section 7).</summary>
    private static readonly IPAddress AllNodes = IPAddress.Parse("ff02::1");
    private const string AllNodesMac = "33:33:00:00:00:01";

    private static readonly IPAddress RogueRouter = IPAddress.Parse("fe80::66");

    /// <summary>
    /// RFC 4861, section 4.2: a router for half an hour, with its link address, and one prefix that is on the link and gives
    /// nobody an address (section 4.6.2).
    /// </summary>
    private static byte[] Advertisement()
    {
        var prefix = new byte[32];
        prefix[0] = 3;
        prefix[1] = 4;
        prefix[2] = 64;
        prefix[3] = 0x80;
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(4), 3600);
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(8), 3600);
        LabAddresses.InternetServer.IPv6.GetAddressBytes().AsSpan(0, 8).CopyTo(prefix.AsSpan(16));
        byte[] message =
        [
            64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 1, .. Convert.FromHexString(LabAddresses.RouterMac.Replace(":", "", StringComparison.Ordinal)),
            .. prefix,
        ];
        const byte routerAdvertisement = 134;
        return Frame.Ip(AllNodesMac, LabAddresses.RouterMac, Packet.Icmp(RogueRouter, AllNodes, routerAdvertisement, message, hopLimit: 255));
    }
}
