// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Bench.ForwardingCost;

if (args.Length is < 1 or > 2 || !File.Exists(args[0]))
{
    Console.Error.WriteLine("usage: forwarding-cost PATH-OF-VPN-FIREWALL [ROUNDS]");
    Console.Error.WriteLine("(as root; needs nft, ip and sysctl)");
    return 64;
}

var program = Path.GetFullPath(args[0]);
var rounds = args.Length > 1 && int.TryParse(args[1], out var number) && number > 0 ? number : 9;
var duration = TimeSpan.FromSeconds(0.5);
using var lab = new Lab();
Process? watch = null;
var contenders = new List<Contender>
{
    new("no firewall", () => { }, () => { }),
    new("masquerading alone", Masquerade, () => lab.Gateway.Execute("nft", "delete table ip clients")),
    new("vpn-firewall", () => Run("start"), () => lab.Gateway.Execute(program, "flush")),
    new("vpn-firewall, watched", Watch, EndWatch),
};

// Interleaved, so that whatever else the machine does meets all of them alike. The first round warms the caches.
for (var round = 0; round <= rounds; round++)
{
    foreach (var contender in contenders)
    {
        contender.Measure(lab, duration, isWarmUp: round == 0);
    }
}

Console.WriteLine($"{rounds} rounds of {duration.TotalSeconds} s, from a workstation through the gateway into the tunnel; medians");
Console.WriteLine($"{"",-24}{"Gbit/s (TCP)",14}{"ratio",8}{"packets/s (UDP)",18}{"ratio",8}");
foreach (var contender in contenders)
{
    var (bits, datagrams) = (contender.Bits / contenders[0].Bits, contender.Datagrams / contenders[0].Datagrams);
    Console.WriteLine($"{contender.Name,-24}{contender.Bits / 1e9,14:F2}{bits,8:F3}{contender.Datagrams,18:N0}{datagrams,8:F3}");
}

return 0;

void Run(string verb) => lab.Gateway.Execute(program, $"{verb} --config {lab.Configuration}");

// What a gateway needs in any case, where its clients' addresses are private.
void Masquerade()
{
    lab.Gateway.Execute("nft", "add table ip clients");
    lab.Gateway.Execute("nft", "add chain ip clients out { type nat hook postrouting priority srcnat; }");
    lab.Gateway.Execute("nft", "add rule ip clients out oifname tun0 masquerade");
}

void Watch()
{
    watch = lab.Gateway.Run(() => Process.Start(new ProcessStartInfo(program, ["watch", "--config", lab.Configuration])
    {
        RedirectStandardOutput = true,
    }))!;
    while (watch.StandardOutput.ReadLine() is { } line && !line.Contains("watched over", StringComparison.Ordinal))
    {
        // Its first lines are those of a start.
    }
}

void EndWatch()
{
    lab.Gateway.Execute(program, "flush");
    watch!.WaitForExit();
    watch.Dispose();
}
