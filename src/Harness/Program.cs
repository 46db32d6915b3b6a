// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Sandboxing;

Sandbox.Enter();
if (!Sandbox.IsInside)
{
    return Sandbox.Run(args);
}

for (var i = 0; i < 3; i++)
{
    var watch = Stopwatch.StartNew();
    await using var lab = await HostLab.StartAsync();
    Console.WriteLine($"lab {watch.ElapsedMilliseconds} ms");
    var r = await ChildProcess.RunAsync(lab.Client.Root, ["ping", "-c1", "-W1", args[0]]);
    Console.WriteLine(r.Output);
}

return 0;
