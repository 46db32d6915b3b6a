// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Header fields (nft(8), PAYLOAD EXPRESSIONS), each with the conditions that it implies.</summary>
internal static class NftPayload
{
    // nft reads the header only where "meta iiftype" is that of Ethernet, which it does not list: of a device without such
    // headers (tun, ppp, many modems) the rule ends.
    private const string Ethernet = "whether the device has Ethernet's headers, which a rule with \"ether type\" asks first";

    /// <summary>Reads a payload expression.</summary>
    public static NftKey Read(JsonElement json, NftContext context)
    {
        if (json.TryGetProperty("base", out _))
        {
            return Raw(json);
        }
        // Others say that the header is one inside a tunnel (nft 1.0.8 and later).
        NftJson.Only(json, "protocol", "field");
        var protocol = NftKeys.Text(json, "protocol");
        var field = NftKeys.Text(json, "field");
        return protocol switch
        {
            "ip" => Ip4(field) with { Conditions = [new FamilyStep(IpFamily.Ip4)] },
            "ip6" => Ip6(field) with { Conditions = [new FamilyStep(IpFamily.Ip6)] },
            "ether" when field == "type" && context.HasLinkHeader =>
                new(FieldKey.Whole(Field.EtherType), NftValueKind.EtherType) { Conditions = [new UnknownStep(Ethernet)] },
            "arp" => new(FieldKey.Whole(Field.Protocol), NftValueKind.Number) { Conditions = [new NeverStep()] },
            "th" => Ports(field),
            "tcp" => (field == "flags" ? TcpFlags : Ports(field)) with { Conditions = context.Protocol(6) },
            "udp" => Ports(field) with { Conditions = context.Protocol(17) },
            "udplite" => Ports(field) with { Conditions = context.Protocol(136) },
            "sctp" => Ports(field) with { Conditions = context.Protocol(132) },
            "dccp" => Ports(field) with { Conditions = context.Protocol(33) },
            "icmp" => Icmp(field, NftValueKind.IcmpType) with
            {
                Conditions = [new FamilyStep(IpFamily.Ip4, !context.IsIp4Sure), .. context.Protocol(1)],
            },
            "icmpv6" => Icmp(field, NftValueKind.IcmpV6Type) with
            {
                Conditions = [new FamilyStep(IpFamily.Ip6, !context.IsIp6Sure), .. context.Protocol(58)],
            },
            _ => throw new UnreadableException($"{protocol} {field}"),
        };
    }

    private static NftKey TcpFlags => new(FieldKey.Whole(Field.TcpFlags), NftValueKind.TcpFlags);

    private static NftKey Ip4(string field) => field switch
    {
        "saddr" => new(FieldKey.Whole(Field.Source), NftValueKind.Address4),
        "daddr" => new(FieldKey.Whole(Field.Destination), NftValueKind.Address4),
        "protocol" => new(FieldKey.Whole(Field.Protocol), NftValueKind.Protocol),
        "ttl" => new(FieldKey.Whole(Field.HopLimit), NftValueKind.Number),
        "dscp" => new(FieldKey.CodePoint, NftValueKind.Number),
        "ecn" => new(FieldKey.Congestion, NftValueKind.Number),
        "frag-off" => new(FieldKey.Whole(Field.FragmentOffset), NftValueKind.Number),
        _ => throw new UnreadableException($"ip {field}"),
    };

    private static NftKey Ip6(string field) => field switch
    {
        "saddr" => new(FieldKey.Whole(Field.Source, IpFamily.Ip6), NftValueKind.Address6),
        "daddr" => new(FieldKey.Whole(Field.Destination, IpFamily.Ip6), NftValueKind.Address6),
        "nexthdr" => new(FieldKey.Whole(Field.NextHeader), NftValueKind.Protocol),
        "hoplimit" => new(FieldKey.Whole(Field.HopLimit), NftValueKind.Number),
        "dscp" => new(FieldKey.CodePoint, NftValueKind.Number),
        "ecn" => new(FieldKey.Congestion, NftValueKind.Number),
        _ => throw new UnreadableException($"ip6 {field}"),
    };

    private static NftKey Ports(string field) => field switch
    {
        "sport" => new(FieldKey.SourcePort, NftValueKind.Number),
        "dport" => new(FieldKey.DestinationPort, NftValueKind.Number),
        _ => throw new UnreadableException($"th {field}"),
    };

    private static NftKey Icmp(string field, NftValueKind types) => field switch
    {
        "type" => new(FieldKey.IcmpType, types),
        "code" => new(FieldKey.IcmpCode, NftValueKind.Number),
        _ => throw new UnreadableException($"icmp {field}"),
    };

    // Only the first four bytes behind the network header: at other places the meaning depends on the IP version.
    private static NftKey Raw(JsonElement json)
    {
        NftJson.Only(json, "base", "offset", "len");
        var start = NftKeys.Text(json, "base");
        var offset = json.GetProperty("offset").GetInt32();
        var length = json.GetProperty("len").GetInt32();
        return start == "th" && offset >= 0 && length > 0 && length <= 32 && offset <= 32 - length
            ? new(new FieldKey(Field.Transport, offset, length), NftValueKind.Number)
            : throw new UnreadableException($"@{start},{offset},{length}");
    }
}
