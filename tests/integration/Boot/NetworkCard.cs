// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Capture;
using LeakVerifier.Harness.Judging;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>A network card of the virtual machine: a tap in the namespace of <see cref="BootNetwork"/>.</summary>
/// <param name="Name">What the machine calls it.</param>
/// <param name="Tap">The other end of its cable.</param>
/// <param name="Mac">Its address.</param>
/// <param name="Device">QEMU's name for the kind of card, by which the guest picks the driver.</param>
/// <param name="OnLink">The networks on its cable.</param>
internal sealed record NetworkCard(string Name, string Tap, string Mac, string Device, params string[] OnLink)
{
    /// <summary>The card that the machine boots with.</summary>
    public static NetworkCard First { get; } =
        new("eth0", "tap0", "52:54:00:12:34:56", "virtio-net-pci", "192.0.2.0/24", "2001:db8:1::/64");

    /// <summary>
    /// A card that the machine gets to see when its tunnel has died: its driver is loaded only then. Udev names it as no
    /// wall could know beforehand, and as nft would take for a pattern (guest/etc/late.link).
    /// </summary>
    public static NetworkCard Late { get; } =
        new("wan.7*", "tap1", "52:54:00:12:34:57", "e1000", "203.0.113.128/25", "2001:db8:4::/64");

    /// <summary>What a judge knows about its cable.</summary>
    public WireFacts Wire => new()
    {
        Interface = Name,
        ClientMac = MacAddress.Read(Mac.Split(':').Select(pair => Convert.ToByte(pair, 16)).ToArray()),
        OnLink = [.. OnLink.Select(network => IPNetwork.Parse(network))],
        TunnelAddresses = BootNetwork.TunnelAddresses,
    };

    /// <summary>The name of QEMU's own record of it.</summary>
    public string Record => $"{Tap}-record.pcap";

    /// <summary>What QEMU is told.</summary>
    public IEnumerable<string> Options(string folder)
    {
        return
        [
            "-netdev", $"tap,id={Tap},ifname={Tap},script=no,downscript=no,vnet_hdr=off",
            "-device", $"{Device},netdev={Tap},mac={Mac},romfile=",
            "-object", $"filter-dump,id={Tap}-record,netdev={Tap},file={Path.Combine(folder, Record)}",
        ];
    }
}
