// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Names that nft prints where it was not told <c>-n</c>.</summary>
internal static class NftSymbols
{
    private static readonly Dictionary<string, int> States = new(StringComparer.Ordinal)
    {
        ["invalid"] = 1,
        ["established"] = 2,
        ["related"] = 4,
        ["new"] = 8,
        ["untracked"] = 64,
    };

    private static readonly Dictionary<string, int> Statuses = new(StringComparer.Ordinal)
    {
        ["expected"] = 1,
        ["seen-reply"] = 2,
        ["assured"] = 4,
        ["confirmed"] = 8,
        ["snat"] = 16,
        ["dnat"] = 32,
        ["dying"] = 512,
    };

    private static readonly Dictionary<string, int> TcpFlags = new(StringComparer.Ordinal)
    {
        ["fin"] = 1,
        ["syn"] = 2,
        ["rst"] = 4,
        ["psh"] = 8,
        ["ack"] = 16,
        ["urg"] = 32,
        ["ecn"] = 64,
        ["cwr"] = 128,
    };

    private static readonly Dictionary<string, int> IcmpTypes = new(StringComparer.Ordinal)
    {
        ["echo-reply"] = 0,
        ["destination-unreachable"] = 3,
        ["source-quench"] = 4,
        ["redirect"] = 5,
        ["echo-request"] = 8,
        ["router-advertisement"] = 9,
        ["router-solicitation"] = 10,
        ["time-exceeded"] = 11,
        ["parameter-problem"] = 12,
        ["timestamp-request"] = 13,
        ["timestamp-reply"] = 14,
        ["info-request"] = 15,
        ["info-reply"] = 16,
        ["address-mask-request"] = 17,
        ["address-mask-reply"] = 18,
    };

    private static readonly Dictionary<string, int> IcmpV6Types = new(StringComparer.Ordinal)
    {
        ["destination-unreachable"] = 1,
        ["packet-too-big"] = 2,
        ["time-exceeded"] = 3,
        ["parameter-problem"] = 4,
        ["echo-request"] = 128,
        ["echo-reply"] = 129,
        ["mld-listener-query"] = 130,
        ["mld-listener-report"] = 131,
        ["mld-listener-done"] = 132,
        ["mld-listener-reduction"] = 132,
        ["nd-router-solicit"] = 133,
        ["nd-router-advert"] = 134,
        ["nd-neighbor-solicit"] = 135,
        ["nd-neighbor-advert"] = 136,
        ["nd-redirect"] = 137,
        ["router-renumbering"] = 138,
        ["ind-neighbor-solicit"] = 141,
        ["ind-neighbor-advert"] = 142,
        ["mld2-listener-report"] = 143,
    };

    /// <summary>The number of a name.</summary>
    /// <exception cref="UnreadableException">There is no such name.</exception>
    public static UInt128 Number(NftValueKind kind, string name)
    {
        var table = kind switch
        {
            NftValueKind.ConnectionState => States,
            NftValueKind.ConnectionStatus => Statuses,
            NftValueKind.TcpFlags => TcpFlags,
            NftValueKind.IcmpType => IcmpTypes,
            NftValueKind.IcmpV6Type => IcmpV6Types,
            _ => null,
        };
        if (table is not null && table.TryGetValue(name, out var number))
        {
            return (UInt128)number;
        }
        return (kind, name) switch
        {
            (NftValueKind.Protocol, _) => Numbers.Protocol(name),
            (NftValueKind.Direction, "original") => 0,
            (NftValueKind.Direction, "reply") => 1,
            (NftValueKind.NetfilterProtocol, "ipv4") => 2,
            (NftValueKind.NetfilterProtocol, "ipv6") => 10,
            (NftValueKind.EtherType, "ip") => 0x0800,
            (NftValueKind.EtherType, "ip6") => 0x86dd,
            (NftValueKind.EtherType, "arp") => 0x0806,
            (NftValueKind.EtherType, "vlan") => 0x8100,
            _ => Numbers.Parse(name, 32),
        };
    }

    /// <summary>Connection states as nft's bits (net/netfilter/nf_conntrack_common.h).</summary>
    public static int StateBit(ConnectionState state) => state switch
    {
        ConnectionState.Invalid => 1,
        ConnectionState.Established => 2,
        ConnectionState.Related => 4,
        ConnectionState.New => 8,
        _ => 64,
    };
}

/// <summary>What the values of an nft expression are.</summary>
internal enum NftValueKind
{
    Number,
    Address4,
    Address6,
    Interface,
    ConnectionState,
    ConnectionStatus,
    Direction,
    Protocol,
    NetfilterProtocol,
    EtherType,
    TcpFlags,
    IcmpType,
    IcmpV6Type,
}
