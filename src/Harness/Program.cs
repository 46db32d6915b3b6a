// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Sandboxing;
using LeakVerifier.Harness.Scenarios;
using LeakVerifier.Harness.Tunnels;

if (args is [TunnelForwarder.Verb, var server])
{
    return TunnelForwarder.Run(server);
}

Sandbox.Enter();
if (!Sandbox.IsInside)
{
    return Sandbox.Run(args);
}

var firewall = FirewallFolder.Find(args[0]);
var settings = new RunSettings("/dev/shm/lv", null);
foreach (var scenario in ScenarioCatalogue.Matching(args[1..]))
{
    var control = await LabRun.ExecuteAsync(scenario, null, scenario.Id + "-control", settings, default);
    var protectedRun = firewall is null ? control : await LabRun.ExecuteAsync(scenario, firewall, scenario.Id, settings, default);
    var result = VerdictRules.Decide(scenario, 1, control, protectedRun);
    Console.WriteLine($"{scenario.Id} {result.Verdict} {result.Reason} control {control.LeakedFrames} {control.Duration} {control.LabSetUp} captured {control.Captured}/{protectedRun.Captured} {protectedRun.TunnelPing}");
    if (Environment.GetEnvironmentVariable("V") is not null)
    {
        Console.WriteLine("   control leaks: " + string.Join(" ", control.Judgement?.LeaksByProbe.Select(l => $"{l.Probe}:{l.Frames}") ?? []));
        Console.WriteLine("   allowed: " + string.Join(" ", protectedRun.Judgement?.Allowed.Select(l => $"{l.Key}:{l.Value}") ?? []));
        foreach (var leak in protectedRun.Judgement?.Leaks.Take(10) ?? [])
        {
            Console.WriteLine($"   {leak.Summary} {leak.Probe} {leak.Class.Id} {leak.Why} {(leak.UnixNanoseconds - protectedRun.FaultUnixNanoseconds) / 1e9}");
        }
    }
}

return 0;
