// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Bench.StartCost;

if (args.Length is < 1 or > 2 || !File.Exists(args[0]))
{
    Console.Error.WriteLine("usage: start-cost PATH-OF-VPN-FIREWALL [ROUNDS]");
    Console.Error.WriteLine("(as root; needs nft, iptables, ip6tables, unshare and nsenter)");
    return 64;
}

var rounds = args.Length > 1 && int.TryParse(args[1], out var number) && number > 0 ? number : 20;
using var files = new BenchFiles();
var program = Path.GetFullPath(args[0]);
var contenders = new List<Contender>
{
    new("vpn-firewall start", [program, "start", "--config", files.Configuration]),
    new("nft -f, same rules", ["nft", "-f", files.LoadedBy(program)]),
    new("shell, 43 iptables calls", ["sh", files.IptablesScript]),
    new("true: any program", ["true"]),
};

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

var floor = contenders[3].Median;
Console.WriteLine($"of the 43 calls a start takes 1/{contenders[2].Median / contenders[0].Median:F1}; "
    + $"without what any program's start costs, 1/{(contenders[2].Median - floor) / (contenders[0].Median - floor):F1}");
return 0;
