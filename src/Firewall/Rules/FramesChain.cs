// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Rules;

/// <summary>What every frame meets first: it goes to loopback, into the tunnel or to the clients, is on the list, or is dropped.</summary>
internal static class FramesChain
{
    /// <summary>The chain's name.</summary>
    public const string Name = "frames";

    public static Chain Build(EgressPolicy policy)
    {
        return new Chain(Name, Hook: null,
        [
            "oifname \"lo\" counter accept",
            $"{Match.ToTunnel(policy)}counter accept",
            .. policy.InternalInterfaces.Select(client => $"oifname {Match.Name(client)}counter accept"),
            $"jump {TunnelNamesChain.Name}",
            .. ToTheList,
            .. policy.AllowEapol ? ["ether type 0x888e counter accept"] : ImmutableArray<string>.Empty,
            .. FinalVerdict.Drop("frame", policy.LogRefused),
        ]);
    }

    /// <summary>
    /// The frames that are what they are said to be: a packet socket tells the kernel one protocol, and its frame may say
    /// another (packet(7)). Links without Ethernet's header (PPP, raw IP, none) have no say of their own. Within a VLAN's
    /// tag a frame could pose as a packet of 2048 bytes, which is the number of IP's EtherType.
    /// </summary>
    private static ImmutableArray<string> ToTheList { get; } =
    [
        $"meta oiftype {{ ppp, 519, 65534 }} jump {FrameListChain.Name}",
        $"meta protocol ip ether type ip jump {FrameListChain.Name}",
        $"meta protocol ip6 ether type ip6 jump {FrameListChain.Name}",
        $"meta protocol arp ether type arp jump {FrameListChain.Name}",
        $"@ll,96,16 0x8100 @ll,128,16 0x800 ip length != 2048 jump {FrameListChain.Name}",
        $"meta protocol ip6 @ll,96,16 0x8100 @ll,128,16 0x86dd jump {FrameListChain.Name}",
        $"meta protocol arp @ll,96,16 0x8100 @ll,128,16 0x806 jump {FrameListChain.Name}",
    ];
}
