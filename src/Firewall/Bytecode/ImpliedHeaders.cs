// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>
/// What a rule implies about a packet that names a field of it: a port of UDP is only in packets of UDP. It is asked before
/// the field is, once in a rule.
/// </summary>
/// <param name="family">The table's family.</param>
internal sealed class ImpliedHeaders(NftablesFamily family)
{
    private static readonly byte[] Ethernet = BitConverter.GetBytes((ushort)1); // ARPHRD_ETHER

    private bool _isEthernet;
    private string? _network;
    private byte? _transport;

    /// <summary>Notes what the rule asks for in so many words.</summary>
    public void Learn(uint key, byte[] value)
    {
        switch (key)
        {
            case MetaKey.Protocol:
                _network = value switch { [8, 0] => "ip", [0x86, 0xdd] => "ip6", [8, 6] => "arp", _ => "another" };
                break;
            case MetaKey.Family: _network = value[0] == (byte)NftablesFamily.Ipv4 ? "ip" : "ip6"; break;
            case MetaKey.Transport: _transport = value[0]; break;
        }
    }

    /// <summary>What is to be asked before a field of a header.</summary>
    public IEnumerable<Expression> By(string header) => header switch
    {
        "ether" => Link(),
        "ip" or "ip6" or "arp" => Network(header),
        "icmp" => Network("ip").Concat(Transport(1)),
        "icmpv6" => Network("ip6").Concat(Transport(58)),
        "tcp" => Transport(6),
        _ => Transport(17),
    };

    private IEnumerable<Expression> Link()
    {
        if (!_isEthernet)
        {
            _isEthernet = true;
            yield return Expression.Meta(MetaKey.InputHardware);
            yield return Expression.Compare(true, Ethernet);
        }
    }

    private IEnumerable<Expression> Network(string header)
    {
        if (_network == header)
        {
            yield break;
        }

        if (_network is not null || (header == "arp" && family != NftablesFamily.Netdev))
        {
            throw new UnknownWordException(header);
        }

        _network = header;
        var isFrame = family == NftablesFamily.Netdev;
        yield return Expression.Meta(isFrame ? MetaKey.Protocol : MetaKey.Family);
        yield return Expression.Compare(true, isFrame
            ? DataType.EtherType.Parse(header)
            : DataType.Family.Parse(header == "ip" ? "ipv4" : "ipv6"));
    }

    private IEnumerable<Expression> Transport(byte protocol)
    {
        if (_transport == protocol)
        {
            yield break;
        }

        _transport = _transport is null ? protocol : throw new UnknownWordException("two protocols");
        yield return Expression.Meta(MetaKey.Transport);
        yield return Expression.Compare(true, [protocol]);
    }
}
