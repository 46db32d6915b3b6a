// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Header fields (nft(8), PAYLOAD EXPRESSIONS), each with the conditions that it implies.</summary>
internal static class NftPayload
{
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
            "ether" when field == "type" && context.HasLinkHeader => new(FieldKey.Whole(Field.EtherType), NftValueKind.EtherType),
            "arp" => new(FieldKey.Whole(Field.Protocol), NftValueKind.Number) { Conditions = [new NeverStep()] },
            "th" => Ports(field),
            "tcp" => (field == "flags" ? TcpFlags : Ports(field)) with { Conditions = [Protocol(6)] },
            "udp" => Ports(field) with { Conditions = [Protocol(17)] },
            "udplite" => Ports(field) with { Conditions = [Protocol(136)] },
            "sctp" => Ports(field) with { Conditions = [Protocol(132)] },
            "dccp" => Ports(field) with { Conditions = [Protocol(33)] },
            "icmp" => Icmp(field, NftValueKind.IcmpType) with
            {
                Conditions = [new FamilyStep(IpFamily.Ip4, !context.IsFamilySure), Protocol(1)],
            },
            "icmpv6" => Icmp(field, NftValueKind.IcmpV6Type) with
            {
                Conditions = [new FamilyStep(IpFamily.Ip6, !context.IsFamilySure), Protocol(58)],
            },
            _ => throw new UnreadableException($"{protocol} {field}"),
        };
    }

    private static NftKey TcpFlags => new(FieldKey.Whole(Field.TcpFlags), NftValueKind.TcpFlags);

    private static MatchStep Protocol(byte number)
    {
        return MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(number)]);
    }

    private static NftKey Ip4(string field) => field switch
    {
        "saddr" => new(FieldKey.Whole(Field.Source), NftValueKind.Address4),
        "daddr" => new(FieldKey.Whole(Field.Destination), NftValueKind.Address4),
        "protocol" => new(FieldKey.Whole(Field.Protocol), NftValueKind.Protocol),
        "ttl" => new(FieldKey.Whole(Field.HopLimit), NftValueKind.Number),
        "frag-off" => new(FieldKey.Whole(Field.FragmentOffset), NftValueKind.Number),
        _ => throw new UnreadableException($"ip {field}"),
    };

    private static NftKey Ip6(string field) => field switch
    {
        "saddr" => new(FieldKey.Whole(Field.Source, IpFamily.Ip6), NftValueKind.Address6),
        "daddr" => new(FieldKey.Whole(Field.Destination, IpFamily.Ip6), NftValueKind.Address6),
        "nexthdr" => new(FieldKey.Whole(Field.NextHeader), NftValueKind.Protocol),
        "hoplimit" => new(FieldKey.Whole(Field.HopLimit), NftValueKind.Number),
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
