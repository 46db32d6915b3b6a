// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.UnitTests.Firewall.Fuzz;

/// <summary>Makes configurations that are wrong in every way that comes to mind, and some that are right.</summary>
internal sealed class ConfigurationFuzzer(int seed, IReadOnlyList<string> corpus)
{
    /// <summary>Values that open if they are believed, and pieces that break readers.</summary>
    private static readonly string[] Pieces =
    [
        "0.0.0.0/0", "::/0", "0.0.0.0", "::", "0/0", "0.0.0.0/1 128.0.0.0/1", "10.0.0.0/8", "192.168.1.0/24@eth0", "fd00::/7",
        "192.168.1.0/33", "192.168.1.0/-1", "192.168.1.0/ 24", "1", "0x7f.1", "300.1.1.1", "::ffff:192.0.2.1", "fe80::1%eth0",
        "eth0", "wlan+", "tun+", "+", "e+", "lo", "tun0 eth0", "*", "?", "..", "/", "abcdefghijklmnop", "tun0\"", "tun0;id",
        "root", "0", "4294967295", "4294967296", "-1", "tunnel", "nobody", "1194", "true", "false", "TRUE", "yes", "1 1",
        "203.0.113.10:1194/udp", "203.0.113.10:0/udp", "203.0.113.10:65536/tcp", "203.0.113.10/udp", "203.0.113.10:1/gre",
        "[2001:db8::10]:443/tcp", "[2001:db8::10:443/tcp", "2001:db8::10/esp", "vpn.example:1194/udp", "224.0.0.1:1/udp",
        "any", "0.0.0.0:1/udp", "[::]:1/udp", "0xca6c", "0x0", "0x0/0x0", "0x1/0x0", "0x10000/0xff0000", "system.slice/a.service",
        "/", "../x", "192.168.1.0/24@eth0:22", "0.0.0.0/0@eth0:22", "192.168.1.0/24:22", "tun", "wireguard", "ether",
        "$(id)", "`id`", "${X}", "\\", "\\\n", ";", "|", "&", "#", " #", "'", "\"", "=", "==", " ", "\t", "\0", "\r", "\r\n", "\n",
        "\u00a0", "\u2028", "\ufeff", "\ud800", "é", "accept", "} accept {", "\"; accept; #", "-j ACCEPT", "COMMIT", "\x1b[31m",
    ];

    private static readonly string[] Keys =
    [
        "VPN_INTERFACE", "LOCAL_NET", "TUNNEL_USER", "INT_IF", "FORWARDING", "VPN_SERVERS", "LOCAL_DNS", "DHCP",
        "VPN_INTERFACE_KIND", "TUNNEL_MARK", "TUNNEL_CGROUP", "EAPOL", "SSH_FROM", "CLIENT_DNS", "LOG",
        "OPENVPN_CONFIG", "WIREGUARD_CONFIG", "RESOLVE", "PATH", "vpn_interface", "export TUNNEL_USER", "IFS",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next configuration.</summary>
    public string Next()
    {
        var text = corpus[_random.Next(corpus.Count)];
        for (var change = _random.Next(4); change >= 0; change--)
        {
            text = Change(text);
        }

        return text;
    }

    private string Change(string text) => _random.Next(10) switch
    {
        0 => Insert(text, Piece()),
        1 => Insert(text, ((char)_random.Next(0x250)).ToString()),
        2 => Cut(text),
        3 => text + $"\n{Key()}={Piece()}\n",
        4 => text + $"\n{Key()}=\"{Piece()} {Piece()}\"\n",
        5 => ReplaceValue(text),
        6 => Splice(text, corpus[_random.Next(corpus.Count)]),
        7 => text.Replace("\"", _random.Next(2) == 0 ? "" : "'", StringComparison.Ordinal),
        8 => Flip(text),
        _ => Insert(text, string.Concat(Enumerable.Repeat(Piece(), _random.Next(20)))),
    };

    private string Piece() => Pieces[_random.Next(Pieces.Length)];

    private string Key() => Keys[_random.Next(Keys.Length)];

    private string Insert(string text, string piece) => text.Insert(_random.Next(text.Length + 1), piece);

    private string Cut(string text)
    {
        var start = _random.Next(text.Length + 1);
        return text.Remove(start, Math.Min(_random.Next(12), text.Length - start));
    }

    private string Splice(string a, string b) => a[.._random.Next(a.Length + 1)] + b[_random.Next(b.Length + 1)..];

    private string Flip(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var characters = text.ToCharArray();
        characters[_random.Next(characters.Length)] ^= (char)(1 << _random.Next(7));
        return new string(characters);
    }

    /// <summary>Another value for a key that is there.</summary>
    private string ReplaceValue(string text)
    {
        var lines = text.Split('\n');
        var line = _random.Next(lines.Length);
        var equals = lines[line].IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            lines[line] = lines[line][..(equals + 1)] + (_random.Next(3) == 0 ? $"\"{Piece()} {Piece()}\"" : Piece());
        }

        return string.Join('\n', lines);
    }
}
