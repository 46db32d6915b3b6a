// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Bench.ReloadBlast;

if (args.Length is < 1 or > 2 || !File.Exists(args[0]))
{
    Console.Error.WriteLine("usage: reload-blast PATH-OF-VPN-FIREWALL [RELOADS]");
    Console.Error.WriteLine("(as root; needs nft and ip)");
    return 64;
}

var program = Path.GetFullPath(args[0]);
var reloads = args.Length > 1 && int.TryParse(args[1], out var number) && number > 0 ? number : 1000;
using var lab = new Lab();
var isControlSeen = true;
Console.WriteLine($"{"",-34}{"packets/s",12}{"attempts",14}{"out",12}{"tunnel sent",13}{"lost",8}{"ms each",9}");

lab.Client.Execute(program, $"start --config {lab.Configuration}");
Measure($"{reloads} reloads", Reload);

var watch = lab.Client.Run(() => Process.Start(new ProcessStartInfo(program, ["watch", "--config", lab.Configuration])
{
    RedirectStandardOutput = true,
}))!;
while (watch.StandardOutput.ReadLine() is { } line && !line.Contains("watched over", StringComparison.Ordinal))
{
    // Its first lines are those of a start.
}

Measure($"{reloads} reloads, watched", Reload);
lab.Client.Execute(program, "flush");
watch.WaitForExit();

// The control: the same blast without rules for a tenth of the runs of a program that changes nothing.
isControlSeen = Measure("no firewall (control)", () =>
{
    for (var run = 0; run < Math.Max(reloads / 10, 10); run++)
    {
        lab.Client.Execute(program, "print --config " + lab.Configuration);
    }

    return Math.Max(reloads / 10, 10);
}) > 0;
Console.WriteLine(isControlSeen ? "The control leaked, as it must." : "THE CONTROL DID NOT LEAK: the figures prove nothing.");
return isControlSeen ? 0 : 2;

int Reload()
{
    for (var reload = 0; reload < reloads; reload++)
    {
        lab.Client.Execute(program, $"reload --config {lab.Configuration}");
    }

    return reloads;
}

long Measure(string name, Func<int> work)
{
    lab.Arrived("forbidden");
    lab.Arrived("allowed");
    using var forbidden = new Blast(lab.Client, Lab.OtherUser, Lab.Elsewhere);
    using var tunnel = new Blast(lab.Client, Lab.TunnelUser, Lab.Server, atOnce: 5);
    var begun = Stopwatch.GetTimestamp();
    var times = work();
    var each = Stopwatch.GetElapsedTime(begun).TotalMilliseconds / times;
    forbidden.Stop();
    tunnel.Stop();
    var (leaked, arrived) = (lab.Arrived("forbidden"), lab.Arrived("allowed"));
    Console.WriteLine($"{name,-34}{forbidden.PerSecond,12:N0}{forbidden.Attempts,14:N0}{leaked,12:N0}"
        + $"{tunnel.Attempts,13:N0}{tunnel.Attempts - arrived,8:N0}{each,9:F1}");
    return leaked;
}
