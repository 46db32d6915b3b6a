// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Prover.Loading;

/// <summary>
/// The devices of ingress and egress chains, from the kernel itself: nft 1.0.6 omits them in JSON, and shows a chain that
/// is hooked by a prefix of names (Linux 6.16) as if it had none.
/// </summary>
internal static class NftDevices
{
    private const byte GetChain = 4;

    // Attributes of nf_tables.h: NFTA_CHAIN_*, NFTA_HOOK_*, NFTA_DEVICE_*.
    private const int ChainTable = 1;
    private const int ChainName = 3;
    private const int ChainHook = 4;
    private const int HookDevice = 3;
    private const int HookDeviceList = 4;
    private const int DeviceName = 1;
    private const int DevicePrefix = 2;

    /// <summary>Linux 6.16 made hooks of names.</summary>
    private static bool HasLater => Environment.OSVersion.Version >= new Version(6, 16);

    /// <summary>Asks the kernel; empty if it does not answer, so that the listings are asked.</summary>
    public static IReadOnlyList<HookDevices> Read()
    {
        var chains = new List<HookDevices>();
        var isWhole = NftSocket.Ask(GetChain, isDump: true, (family, attributes) =>
        {
            var hook = NetlinkSocket.Attribute(attributes, ChainHook);
            if (family is "inet" or "netdev" && hook.Length > 0)
            {
                chains.Add(new HookDevices(family, NftSocket.Text(NetlinkSocket.Attribute(attributes, ChainTable)),
                    NftSocket.Text(NetlinkSocket.Attribute(attributes, ChainName)), Devices(hook), HasLater));
            }
        });
        return isWhole ? chains : [];
    }

    private static ImmutableArray<InterfacePattern> Devices(ReadOnlySpan<byte> hook)
    {
        var list = NetlinkSocket.Attribute(hook, HookDeviceList);
        var one = NetlinkSocket.Attribute(hook, HookDevice);
        if (list.IsEmpty)
        {
            return one.IsEmpty ? [] : [new InterfacePattern(NftSocket.Text(one), IsPrefix: false)];
        }
        var devices = ImmutableArray.CreateBuilder<InterfacePattern>();
        while (NetlinkSocket.TryNext(ref list, out var kind, out var value))
        {
            if (kind is DeviceName or DevicePrefix)
            {
                devices.Add(new InterfacePattern(NftSocket.Text(value), IsPrefix: kind == DevicePrefix));
            }
        }
        return devices.ToImmutable();
    }
}
