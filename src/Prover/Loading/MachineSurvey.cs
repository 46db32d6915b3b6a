// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Loading;

/// <summary>The devices of a network namespace, and what lets packets pass the rules.</summary>
/// <param name="Interfaces">The names of the devices.</param>
/// <param name="Addresses">Addresses that others can reach.</param>
/// <param name="Obstacles">What no ruleset can answer.</param>
internal sealed record MachineSurvey(
    ImmutableArray<string> Interfaces, ImmutableArray<IPAddress> Addresses, ImmutableArray<Obstacle> Obstacles)
{
    // Queueing disciplines that hold no filters of their own (tc(8)).
    private static readonly string[] PlainDisciplines =
        ["noqueue", "noop", "pfifo", "bfifo", "pfifo_fast", "fq", "fq_codel", "codel", "mq", "cake", "pie", "fq_pie", "tbf"];

    /// <summary>Looks at links, XDP, bridges and traffic control of the calling thread's namespace.</summary>
    public static MachineSurvey Read()
    {
        var names = new List<string>();
        var addresses = new List<IPAddress>();
        var obstacles = new List<Obstacle>();
        var disciplines = ToolRun.Start("tc", "-j", "qdisc", "show");
        foreach (var link in List("ip", "-j", "-d", "address", "show"))
        {
            var name = link.GetProperty("ifname").GetString()!;
            names.Add(name);
            AddLink(link, name, obstacles);
            addresses.AddRange(AddressesOf(link));
        }
        AddForeign(obstacles);
        foreach (var discipline in Elements("tc", disciplines()))
        {
            AddDiscipline(discipline, obstacles);
        }
        return new MachineSurvey([.. names], [.. addresses], [.. obstacles]);
    }

    private static IEnumerable<IPAddress> AddressesOf(JsonElement link)
    {
        return link.TryGetProperty("addr_info", out var list)
            ? list.EnumerateArray()
                .Where(item => item.TryGetProperty("scope", out var scope) && scope.ValueEquals("global"))
                .Select(item => IPAddress.Parse(item.GetProperty("local").GetString()!))
            : [];
    }

    private static void AddLink(JsonElement link, string name, List<Obstacle> obstacles)
    {
        if (link.TryGetProperty("xdp", out _))
        {
            obstacles.Add(new Obstacle($"an XDP program on {name}, which can send frames past every rule"));
        }
        if (BpfPrograms.AreAttached(link.GetProperty("ifindex").GetInt32()))
        {
            obstacles.Add(new Obstacle($"a BPF program of traffic control (tcx) on {name}, which can send frames past every rule"));
        }
        if (!link.TryGetProperty("linkinfo", out var info))
        {
            return;
        }
        if (info.TryGetProperty("info_kind", out var own) && own.GetString() is "macvtap" or "ipvtap")
        {
            obstacles.Add(new Obstacle($"{name} lets a program write frames ({own.GetString()}), which inet rules do not see", name));
        }
        if (info.TryGetProperty("info_slave_kind", out var kind))
        {
            obstacles.Add(new Obstacle(
                $"{name} is a port of a {kind.GetString()}, whose other ports send frames that inet rules do not see", name));
        }
    }

    private static void AddForeign(List<Obstacle> obstacles)
    {
        foreach (var (process, links) in OtherNamespaces.Links())
        {
            foreach (var link in links.Where(IsShared))
            {
                var name = link.GetProperty("ifname").GetString();
                obstacles.Add(new Obstacle($"{name} in the network namespace of process {process} may share a device of this one, "
                    + "whose inet rules do not see its frames"));
            }
        }
    }

    // A child of a device that is in another namespace than the child.
    private static bool IsShared(JsonElement link)
    {
        return link.TryGetProperty("link_netnsid", out _) && link.TryGetProperty("linkinfo", out var info)
            && info.TryGetProperty("info_kind", out var kind)
            && kind.GetString() is "macvlan" or "macvtap" or "ipvlan" or "ipvtap" or "vlan";
    }

    private static void AddDiscipline(JsonElement discipline, List<Obstacle> obstacles)
    {
        var kind = discipline.GetProperty("kind").GetString();
        var device = discipline.GetProperty("dev").GetString()!;
        var isHook = kind is "clsact" or "ingress";
        if (isHook && (HasFilters(device, "ingress") || HasFilters(device, "egress")))
        {
            obstacles.Add(new Obstacle($"tc filters on {device}, which can redirect packets past every rule"));
        }
        else if (!isHook && !PlainDisciplines.Contains(kind))
        {
            obstacles.Add(new Obstacle($"queueing discipline {kind} on {device}, whose filters can redirect packets"));
        }
    }

    private static bool HasFilters(string device, string side)
    {
        return ToolRun.Of("tc", "filter", "show", "dev", device, side) is not { ExitCode: 0, Output.Length: 0 };
    }

    /// <summary>Runs a program that prints a JSON array.</summary>
    internal static IEnumerable<JsonElement> List(string program, params string[] arguments)
    {
        return Elements(program, ToolRun.Of(program, arguments));
    }

    private static IEnumerable<JsonElement> Elements(string program, ToolRun? run)
    {
        if (run is null)
        {
            throw new RulesetUnavailableException($"{program} is missing: install iproute2", isPrivilege: false);
        }
        if (run.ExitCode != 0)
        {
            throw new RulesetUnavailableException($"{program} failed: {run.Errors.Trim()}", isPrivilege: false);
        }
        using var document = JsonDocument.Parse(run.Output.Length == 0 ? "[]"u8.ToArray() : run.Output);
        return [.. document.RootElement.EnumerateArray().Select(item => item.Clone())];
    }
}
