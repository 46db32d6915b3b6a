// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.UnitTests.Policy.Endpoints;

/// <summary>
/// Whatever is in a VPN's file, reading it ends in errors or in servers that were named there: never in an exception,
/// and never in a policy without servers, which would mean "any address".
/// </summary>
public sealed class VpnFileRobustnessTests
{
    private const int Rounds = 4000;

    private static readonly string[] Pieces =
    [
        "remote ", "203.0.113.10", "2001:db8::10", "vpn.example", " 1194", " tcp", " udp6", "proto ", "port ", "dev ", "tun",
        "<connection>", "</connection>", "<ca>", "</ca>", "\n", "\n", "\n", "\"", "'", "\\", "#", ";", " ", "\t", "\r", "\0",
        "socks-proxy ", "http-proxy ", "mark ", "config ", "setenv opt ", "cd ", "/", "..", "--", "<", ">", "\u00e9", "99999999999",
        "[Interface]", "[Peer]", "Endpoint", "=", "AllowedIPs", "0.0.0.0/0", "FwMark", "0x", "[", "]", ":", ",", "proto-force ",
    ];

    [TestCase("OPENVPN_CONFIG", "remote 203.0.113.10\n")]
    [TestCase("WIREGUARD_CONFIG", "[Interface]\nFwMark=5\n[Peer]\nEndpoint=203.0.113.10:51820\n")]
    public void Random_texts_are_refused_or_name_servers(string key, string valid)
    {
        var folder = new VpnFolder();
        folder.Create();
        var random = new Random(20260101);
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Mutate(random, valid);
            var file = folder.Write("wg0.conf", text);
            var config = folder.Write("a.conf", $"{key}={file}\nTUNNEL_MARK=5\n");

            var result = ConfigurationFiles.Read(new ConfigurationRequest { Path = config, PinsPath = folder.PathOf("hosts") });

            result.Errors.IsEmpty.Should().Be(result.Policy is not null);
            (result.Policy?.Servers.IsEmpty ?? false).Should().BeFalse("{0} should not open", text);
            result.Errors.All(error => error.What.Length > 0 && error.Mend.Length > 0).Should().BeTrue();
            accepted += result.Policy is null ? 0 : 1;
        }

        folder.Delete();
        accepted.Should().BeInRange(Rounds / 100, Rounds - 1, "only then both outcomes were tried");
    }

    private static string Mutate(Random random, string valid)
    {
        var text = random.Next(4) == 0 ? "" : valid;
        for (var edit = random.Next(8); edit > 0; edit--)
        {
            var at = random.Next(text.Length + 1);
            var removed = random.Next(3) == 0 ? Math.Min(random.Next(6), text.Length - at) : 0;
            text = text[..at] + Pieces[random.Next(Pieces.Length)] + text[(at + removed)..];
        }

        return text;
    }
}
