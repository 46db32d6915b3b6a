// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>What the bytecode of one rule asks that its listing may elide.</summary>
internal sealed class NftBytecode
{
    private const int NextHeaderOffset = 6; // RFC 8200

    private readonly HashSet<IpFamily> _families = [];
    private string[] _last = [];

    /// <summary>How often IPv6's next header is read, alone or with its neighbours.</summary>
    public int NextHeaderLoads { get; private set; }

    /// <summary>Whether the protocol behind all headers is read.</summary>
    public bool LoadsProtocol { get; private set; }

    /// <summary>
    /// Whether the type of the device is read. nft asks for it before it reads a frame's header, and elides both where a field
    /// of IP follows: "ether type ip ip daddr" is listed as "ip daddr".
    /// </summary>
    public bool LoadsDeviceType { get; private set; }

    /// <summary>Whether the IP version is compared with this one: to load it is not enough.</summary>
    public bool Checks(IpFamily family) => _families.Contains(family);

    /// <summary>Adds an instruction, as libnftnl prints it.</summary>
    public void Add(string[] words)
    {
        switch (words)
        {
            case ["[", "meta", "load", "l4proto", ..]:
                LoadsProtocol = true;
                break;
            case ["[", "meta", "load", "iiftype" or "oiftype", ..]:
                LoadsDeviceType = true;
                break;
            case ["[", "payload", "load", var length, "@", "network", "header", "+", var offset, ..]:
                NextHeaderLoads += Covers(length, offset) ? 1 : 0;
                break;
            case ["[", "cmp", "eq", "reg", var register, var value, "]"] when Loads(register) is { } key:
                AddFamily(key, value);
                break;
        }
        _last = words;
    }

    // What was loaded into a register just before.
    private string? Loads(string register)
    {
        return _last is ["[", "meta", "load", var key, "=>", "reg", var loaded, ..] && loaded == register ? key : null;
    }

    // EtherTypes are printed in the machine's byte order.
    private void AddFamily(string key, string value)
    {
        var isNumber = uint.TryParse(value.Replace("0x", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var number);
        IpFamily? family = (key, number) switch
        {
            _ when !isNumber => null,
            ("nfproto", 2) or ("protocol", 0x0008 or 0x0800) => IpFamily.Ip4,
            ("nfproto", 10) or ("protocol", 0xdd86 or 0x86dd) => IpFamily.Ip6,
            _ => null,
        };
        if (family is { } one)
        {
            _families.Add(one);
        }
    }

    // "2b" and "6": two bytes from the seventh on. What cannot be read is taken for one that does.
    private static bool Covers(string length, string offset)
    {
        return !int.TryParse(length.TrimEnd('b'), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            || start <= NextHeaderOffset && start + count > NextHeaderOffset;
    }
}
