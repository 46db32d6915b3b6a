// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>
/// What <c>explain</c> says of a packet is what the kernel does with it: the same packet is sent, and each rule that was to
/// say something of it must have counted it, and no other.
/// </summary>
public sealed partial class FirewallExplainTests
{
    private const string Configuration = """
        TUNNEL_USER=1194
        VPN_SERVERS="203.0.113.10:1194/udp [2001:db8::10]:1194/udp"
        LOCAL_NET="192.0.2.0/24@eth0"
        LOCAL_DNS=192.0.2.53
        LOG=false

        """;

    private string _config = "";
    private Wire _wire = null!;

    [SetUp]
    public async Task SetUp()
    {
        _config = Path.GetTempFileName();
        await File.WriteAllTextAsync(_config, Configuration);
        _wire = await Wire.CreateAsync();
        // What the kernel says by itself, at moments of its own, would be counted too: it ends before our rules.
        await _wire.Client.LoadAsync("""
            table inet silence {
                chain output {
                    type filter hook output priority raw;
                    meta l4proto igmp drop
                    icmpv6 type { mld-listener-report, mld2-listener-report, nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } drop
                }
            }
            """);
    }

    [TearDown]
    public void TearDown()
    {
        _wire?.Dispose();
        File.Delete(_config);
    }

    [TestCase("203.0.113.10", 1194, Wire.TunnelUser, true)]
    [TestCase("203.0.113.10", 1194, Wire.OtherUser, false)]
    [TestCase("203.0.113.10", 1195, Wire.TunnelUser, false)]
    [TestCase("203.0.113.99", 1194, Wire.TunnelUser, false)]
    [TestCase("203.0.113.99", 53, 0u, false)]
    [TestCase("192.0.2.1", 8080, Wire.OtherUser, true)]
    [TestCase("192.0.2.1", 53, Wire.OtherUser, false)]
    [TestCase("192.0.2.53", 53, Wire.OtherUser, true)]
    [TestCase("2001:db8::80", 80, Wire.OtherUser, false)]
    [TestCase("2001:db8::10", 1195, Wire.TunnelUser, false)]
    public async Task The_kernel_agrees(string address, int port, uint user, bool leaves)
    {
        var print = await VpnFirewall.RunAsync(_wire.Client, "print", "--config", _config);
        var script = print.Output[..(print.Output.IndexOf("\n}\n", StringComparison.Ordinal) + 3)];
        await _wire.Client.LoadAsync(Jump().Replace(script, "$1counter $2"));
        var family = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

        _wire.Send(address, port, user).Should().Be(leaves);

        var steps = await ExplainAsync($"to {family}:{port}/udp from user {user} on eth0", leaves ? "accept" : "reject");
        var expected = steps.ToList();
        if (!leaves)
        {
            // The refusal is told to the sender by a packet of its own, over loopback.
            var error = family == address ? "oif=lo daddr=192.0.2.2 proto=icmp type=3" : "oif=lo daddr=2001:db8:1::2 proto=icmp type=1";
            expected.AddRange(await ExplainAsync(error, "accept"));
        }

        (await CountedAsync()).Should().BeEquivalentTo(expected);
    }

    private async Task<List<string>> ExplainAsync(string packet, string verdict)
    {
        var run = await VpnFirewall.RunAsync(_wire.Client, "explain", packet, "--json", "--config", _config);
        run.ExitCode.Should().Be(0, "{0}", run);
        using var json = JsonDocument.Parse(run.Output);
        json.RootElement.GetProperty("verdict").GetString().Should().Be(verdict, "{0}", run);
        return
        [
            .. json.RootElement.GetProperty("path").EnumerateArray()
                .Where(step => step.GetProperty("table").GetString() == "inet vpn_firewall")
                .Select(step => $"{step.GetProperty("chain").GetString()} #{step.GetProperty("number").GetInt32()}"),
        ];
    }

    /// <summary>The rules for what leaves, each as often as its counter says.</summary>
    private async Task<List<string>> CountedAsync()
    {
        var counted = new List<string>();
        var (chain, number) = ("", 0);
        foreach (var line in (await _wire.Client.RunAsync("nft list table inet vpn_firewall")).Split('\n'))
        {
            var text = line.Trim();
            if (text.StartsWith("chain ", StringComparison.Ordinal))
            {
                (chain, number) = (text.Split(' ')[1], 0);
            }
            else if (text.Length > 0 && !text.StartsWith("type ", StringComparison.Ordinal))
            {
                number++;
                var packets = Packets().Match(text);
                var times = packets.Success && chain is "output" or "guard" or "may_leave" ? int.Parse(packets.Groups[1].Value, null) : 0;
                counted.AddRange(Enumerable.Repeat($"{chain} #{number}", times));
            }
        }

        return counted;
    }

    // Every other rule counts by itself.
    [GeneratedRegex(@"^(\t\t(?:.* )?)(jump \w+)$", RegexOptions.Multiline)]
    private static partial Regex Jump();

    [GeneratedRegex("counter packets ([0-9]+)")]
    private static partial Regex Packets();
}
