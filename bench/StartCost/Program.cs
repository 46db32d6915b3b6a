// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Bench.StartCost;

if (args.Length is < 1 or > 3 || !File.Exists(args[0]) || (args.Length > 2 && !File.Exists(args[2])))
{
    Console.Error.WriteLine("usage: start-cost PATH-OF-VPN-FIREWALL [ROUNDS [PATH-OF-THE-ORIGINAL]]");
    Console.Error.WriteLine("(as root; needs bash, nft, iptables, ip, unshare and nsenter; the original is the script");
    Console.Error.WriteLine("30_vpn-firewall of adrelanos/vpn-firewall: with it, it is measured too)");
    return 64;
}

var rounds = args.Length > 1 && int.TryParse(args[1], out var number) && number > 0 ? number : 20;
using var files = new BenchFiles();
var program = Path.GetFullPath(args[0]);
var slower = new List<Contender> { new("bash, 43 iptables calls", ["bash", files.IptablesScript]) };
if (args.Length > 2)
{
    // Its user is named here, since the machine need not have one called "tunnel".
    var original = Path.GetFullPath(args[2]);
    slower.Add(new("the original's start", ["env", "TUNNEL_USER=1194", "VPN_INTERFACE=tun0", "bash", original, "start"]));
}

Contender[] contenders =
[
    new("vpn-firewall start", [program, "start", "--config", files.Configuration]),
    new("nft -f, same rules", ["nft", "-f", files.LoadedBy(program)]),
    .. slower,
    new("true: any program", ["true"]),
];

// Interleaved, so that whatever else the machine does meets all of them alike. The first round warms the caches.
for (var round = 0; round <= rounds; round++)
{
    foreach (var contender in contenders)
    {
        contender.Measure(isWarmUp: round == 0);
    }
}

Console.WriteLine($"{rounds} rounds, each start in a network namespace without rules; milliseconds");
Console.WriteLine($"{"",-26}{"median",9}{"fastest",9}{"slowest",9}{"x nft -f",10}");
foreach (var contender in contenders)
{
    var ratio = contender.Median / contenders[1].Median;
    var times = $"{contender.Median,9:F1}{contender.Fastest,9:F1}{contender.Slowest,9:F1}";
    Console.WriteLine($"{contender.Name,-26}{times}{ratio,10:F2}");
}

foreach (var peer in slower)
{
    Console.WriteLine($"a start takes 1/{peer.Median / contenders[0].Median:F1} of: {peer.Name}");
}

return 0;
