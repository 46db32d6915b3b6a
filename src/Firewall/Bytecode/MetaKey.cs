// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>Facts of a packet that are not in it (linux/netfilter/nf_tables.h, enum nft_meta_keys).</summary>
internal static class MetaKey
{
    /// <summary>NFT_META_PROTOCOL: as in an Ethernet frame.</summary>
    public const uint Protocol = 1;

    /// <summary>NFT_META_IIFNAME</summary>
    public const uint InputName = 6;

    /// <summary>NFT_META_OIFNAME</summary>
    public const uint OutputName = 7;

    /// <summary>NFT_META_IIFTYPE: at the hook of an interface, its own.</summary>
    public const uint InputHardware = 8;

    /// <summary>NFT_META_NFPROTO: the family of the network layer.</summary>
    public const uint Family = 15;

    /// <summary>NFT_META_L4PROTO</summary>
    public const uint Transport = 16;

    /// <summary>The key that a rule calls so, and what it gives.</summary>
    /// <exception cref="UnknownWordException">There is none here.</exception>
    public static (uint Key, DataType Type) Of(string field) => field switch
    {
        "length" => (0, DataType.Host),
        "protocol" => (Protocol, DataType.EtherType),
        "mark" => (3, DataType.Host),
        "oiftype" => (9, DataType.HardwareType),
        "skuid" => (10, DataType.Host),
        "nfproto" => (Family, DataType.Family),
        "l4proto" => (Transport, DataType.Protocol),
        "iifkind" => (26, DataType.Octet),
        "oifkind" => (27, DataType.Octet),
        _ => throw new UnknownWordException(field),
    };
}
