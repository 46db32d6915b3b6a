// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.Prover.Explaining;

/// <summary>Reads a packet from the command line.</summary>
public static class PacketReader
{
    /// <summary>The syntax, for messages.</summary>
    public const string Syntax = "oif=NAME daddr=ADDRESS [iif=NAME] [stale=NAME] [oifkind=KIND] [iifkind=KIND] [saddr=ADDRESS] [proto=udp|tcp|icmp|NUMBER] "
        + "[sport=N] [dport=N] [type=N] [code=N] [uid=N|none] [gid=N] [mark=N] [ctmark=N] "
        + "[state=new|established|related|invalid|untracked] [hoplimit=N] [tos=N] [fragment=N]";

    /// <summary>Reads words like <c>oif=eth0 daddr=198.51.100.7 proto=udp dport=53 uid=1000</c>.</summary>
    /// <exception cref="FormatException">The words are no packet; the message says why.</exception>
    public static Packet Read(string text)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.Split('=', 2);
            if (parts.Length != 2 || !words.TryAdd(parts[0], parts[1]))
            {
                throw new FormatException($"\"{word}\" is no KEY=VALUE, or its key is there twice; write {Syntax}");
            }
        }
        return Build(words);
    }

    private static Packet Build(Dictionary<string, string> words)
    {
        var destination = Address(Take(words, "daddr") ?? throw new FormatException("daddr is missing"));
        var family = AddressRanges.FamilyOf(destination);
        var input = Take(words, "iif");
        var packet = new Packet
        {
            Path = input is null ? PathKind.Output : PathKind.Forward,
            Family = family,
            OutInterface = Take(words, "oif") ?? throw new FormatException("oif is missing"),
            InInterface = input ?? "",
            StaleOutInterface = Take(words, "stale"),
            OutKind = Take(words, "oifkind") ?? "",
            InKind = Take(words, "iifkind") ?? "",
        };
        var source = Take(words, "saddr");
        packet = packet.With(Field.Destination, AddressRanges.ToNumber(destination))
            .With(Field.Source, source is null ? 0 : AddressRanges.ToNumber(Address(source)))
            .With(Field.HopLimit, 64);
        packet = Transport(packet, words);
        packet = Owner(packet, words);
        packet = Set(Set(packet, words, "mark", Field.Mark), words, "ctmark", Field.ConnectionMark);
        packet = Set(Set(packet, words, "hoplimit", Field.HopLimit), words, "fragment", Field.FragmentOffset);
        packet = Set(packet, words, "tos", Field.TrafficClass);
        packet = packet.With(Field.ConnectionState, (UInt128)(int)State(Take(words, "state") ?? "new"));
        return words.Count == 0
            ? packet
            : throw new FormatException($"\"{words.Keys.First()}\" is no key of a packet; write {Syntax}");
    }

    private static Packet Transport(Packet packet, Dictionary<string, string> words)
    {
        var protocol = (Take(words, "proto") ?? "udp") switch
        {
            "udp" => 17u,
            "tcp" => 6u,
            "icmp" => packet.Family == IpFamily.Ip4 ? 1u : 58u,
            var number => Number("proto", number, 8),
        };
        var isIcmp = protocol is 1u or 58u;
        var first = isIcmp
            ? (Number("type", Take(words, "type") ?? "8", 8) << 8) | Number("code", Take(words, "code") ?? "0", 8)
            : Number("sport", Take(words, "sport") ?? "40000", 16);
        var second = Number("dport", Take(words, "dport") ?? "0", 16);
        return packet.With(Field.Protocol, protocol).With(Field.NextHeader, protocol)
            .With(Field.Transport, (first << 16) | second).With(Field.TcpFlags, protocol == 6u ? 2u : 0u);
    }

    private static Packet Owner(Packet packet, Dictionary<string, string> words)
    {
        var uid = Take(words, "uid") ?? "none";
        packet = uid == "none" || packet.Path == PathKind.Forward
            ? packet
            : packet.With(Field.HasSocket, 1).With(Field.Uid, Number("uid", uid, 32));
        return Set(packet, words, "gid", Field.Gid);
    }

    private static Packet Set(Packet packet, Dictionary<string, string> words, string name, Field field)
    {
        return Take(words, name) is { } text
            ? packet.With(field, Number(name, text, Fields.Width(field, packet.Family)))
            : packet;
    }

    private static string? Take(Dictionary<string, string> words, string name)
    {
        return words.Remove(name, out var value) ? value : null;
    }

    private static IPAddress Address(string text)
    {
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new FormatException($"{text} is no address");
    }

    private static uint Number(string name, string text, int width)
    {
        var isHex = text.StartsWith("0x", StringComparison.Ordinal);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHex ? text[2..] : text, style, CultureInfo.InvariantCulture, out var value)
            && value <= ValueRange.MaximumOf(width)
            ? value
            : throw new FormatException($"{name}={text} is no number of {width} bits");
    }

    private static ConnectionState State(string text)
    {
        return Enum.TryParse<ConnectionState>(text, ignoreCase: true, out var state) && !char.IsAsciiDigit(text[0])
            ? state
            : throw new FormatException($"state={text} is none of new, established, related, invalid, untracked");
    }
}
