// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeakVerifier.Firewall.Explaining;

/// <summary>
/// Reads a packet from the command line: in the words of <c>leakverifier prove --packet</c>
/// (<c>oif=eth0 daddr=203.0.113.10 proto=udp dport=53 uid=1000</c>), or as one would say it
/// (<c>to 203.0.113.10:53/udp from user 1000 on eth0</c>).
/// </summary>
internal sealed class PacketWords
{
    /// <summary>The syntax, for messages.</summary>
    public const string Syntax = "oif=NAME daddr=ADDRESS [iif=NAME] [stale=NAME] [saddr=ADDRESS] [proto=udp|tcp|icmp|NUMBER] "
        + "[sport=N] [dport=N] [type=N] [code=N] [uid=N|none] [mark=N] [cgroup=PATH] [kind=LINK] "
        + "[state=new|established|related|invalid|untracked] [hoplimit=N] [fragment=N], "
        + "or: to ADDRESS:PORT/PROTO [from user N] on NAME";

    private static readonly string[] States = ["new", "established", "related", "invalid", "untracked"];

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    private PacketWords()
    {
    }

    /// <summary>Reads a packet.</summary>
    /// <exception cref="FormatException">The words are no packet; the message says why.</exception>
    public static ExplainedPacket Read(string text)
    {
        var reader = new PacketWords();
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Any(word => word.Contains('=', StringComparison.Ordinal)))
        {
            reader.ReadPairs(words);
        }
        else
        {
            reader.ReadSentence(words);
        }

        return reader.Build();
    }

    private void ReadPairs(string[] words)
    {
        foreach (var word in words)
        {
            var parts = word.Split('=', 2);
            if (parts.Length != 2)
            {
                throw new FormatException($"\"{word}\" is no KEY=VALUE; write {Syntax}");
            }

            Add(parts[0], parts[1]);
        }
    }

    private void ReadSentence(string[] words)
    {
        for (var index = 0; index < words.Length; index += 2)
        {
            if (words[index] == "from" && index + 1 < words.Length && words[index + 1] == "user")
            {
                index++;
            }

            var value = index + 1 < words.Length
                ? words[index + 1]
                : throw new FormatException($"something is missing after \"{words[index]}\"; write {Syntax}");
            switch (words[index])
            {
                case "to":
                    ReadTarget(value);
                    break;
                case "on":
                    Add("oif", value);
                    break;
                case "user":
                    Add("uid", value);
                    break;
                case "from":
                    Add("saddr", value);
                    break;
                case "state" or "mark" or "cgroup" or "kind" or "iif":
                    Add(words[index], value);
                    break;
                default:
                    throw new FormatException($"\"{words[index]}\" is not understood; write {Syntax}");
            }
        }
    }

    private void ReadTarget(string target)
    {
        var slash = target.LastIndexOf('/');
        if (slash >= 0)
        {
            Add("proto", target[(slash + 1)..]);
            target = target[..slash];
        }

        // An address of IPv6 has colons too: behind brackets, or with a single one, it is the port's.
        var colon = target.LastIndexOf(':');
        if (colon > 0 && (target[colon - 1] == ']' || target.IndexOf(':', StringComparison.Ordinal) == colon))
        {
            Add("dport", target[(colon + 1)..]);
            target = target[..colon];
        }

        Add("daddr", target is ['[', .. var inner, ']'] ? inner : target);
    }

    private void Add(string key, string value)
    {
        if (!_words.TryAdd(key, value))
        {
            throw new FormatException($"{key} is there twice");
        }
    }

    private ExplainedPacket Build()
    {
        var destination = Address(Take("daddr") ?? throw new FormatException($"the destination is missing; write {Syntax}"));
        var isIPv6 = destination.AddressFamily == AddressFamily.InterNetworkV6;
        var source = Take("saddr") is { } text ? Address(text) : isIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var input = Take("iif") ?? "";
        var output = Take("oif") ?? "";
        if (input.Length + output.Length == 0)
        {
            throw new FormatException(
                $"the interface is missing: oif= (or \"on\") for one that leaves, iif= for one that comes; write {Syntax}");
        }

        var path = input.Length == 0 ? PacketPath.Output : output.Length == 0 ? PacketPath.Input : PacketPath.Forward;
        var user = Take("uid") ?? "none";
        Take("gid"); // known to the prover; no rule here asks
        Take("ctmark");
        var packet = new ExplainedPacket
        {
            Path = path,
            Destination = destination,
            Source = source,
            InInterface = input,
            OutInterface = output,
            StaleInterface = Take("stale"),
            Kind = Take("kind"),
            Protocol = Protocol(Take("proto") ?? "udp", isIPv6),
            SourcePort = (ushort)Number("sport", 40000, ushort.MaxValue),
            DestinationPort = (ushort)Number("dport", 0, ushort.MaxValue),
            IcmpType = (byte)Number("type", isIPv6 ? 128u : 8u, byte.MaxValue),
            IcmpCode = (byte)Number("code", 0, byte.MaxValue),
            User = user == "none" || path != PacketPath.Output ? null : Parse("uid", user, uint.MaxValue),
            Mark = Number("mark", 0, uint.MaxValue),
            Cgroup = (Take("cgroup") ?? "").Trim('/'),
            State = State(Take("state") ?? "new"),
            HopLimit = (byte)Number("hoplimit", 64, byte.MaxValue),
            FragmentOffset = (ushort)Number("fragment", 0, 8191),
        };
        return source.AddressFamily != destination.AddressFamily
            ? throw new FormatException("source and destination are of two families")
            : _words.Count == 0
            ? packet
            : throw new FormatException($"\"{_words.Keys.First()}\" is no key of a packet; write {Syntax}");
    }

    private string? Take(string key) => _words.Remove(key, out var value) ? value : null;

    private uint Number(string key, uint byDefault, uint maximum)
    {
        return Take(key) is { } text ? Parse(key, text, maximum) : byDefault;
    }

    private static uint Parse(string key, string text, uint maximum)
    {
        var isHex = text.StartsWith("0x", StringComparison.Ordinal);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHex ? text[2..] : text, style, CultureInfo.InvariantCulture, out var value) && value <= maximum
            ? value
            : throw new FormatException($"{key}={text} is no number up to {maximum}");
    }

    private static byte Protocol(string name, bool isIPv6) => name switch
    {
        "udp" => ExplainedPacket.Udp,
        "tcp" => ExplainedPacket.Tcp,
        "icmp" => isIPv6 ? ExplainedPacket.Icmpv6 : ExplainedPacket.Icmp,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        _ => (byte)Parse("proto", name, byte.MaxValue),
    };

    private static string State(string text)
    {
        return States.Contains(text) ? text : throw new FormatException($"state={text} is none of {string.Join(", ", States)}");
    }

    private static IPAddress Address(string text)
    {
        return IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"{text} is no address");
    }
}
