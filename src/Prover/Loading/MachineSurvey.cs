// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
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
        ["noqueue", "noop", "pfifo", "bfifo", "pfifo_fast", "fq", "codel", "mq", "pie", "tbf"];

    // Those that sort packets by themselves unless they are given filters.
    private static readonly string[] SortingDisciplines = ["fq_codel", "cake", "fq_pie"];

    /// <summary>Looks at links, XDP, bridges and traffic control of the calling thread's namespace.</summary>
    /// <exception cref="RulesetUnavailableException">The kernel does not list them.</exception>
    public static MachineSurvey Read()
    {
        var obstacles = new List<Obstacle>();
        var links = LinkReader.Links();
        links.ForEach(link => AddLink(link, obstacles));
        AddForeign(obstacles);
        foreach (var discipline in LinkReader.Disciplines())
        {
            var name = links.Find(link => link.Index == discipline.Device)?.Name
                ?? string.Create(CultureInfo.InvariantCulture, $"device {discipline.Device}");
            AddDiscipline(discipline, name, obstacles);
        }
        return new MachineSurvey([.. links.Select(link => link.Name)], [.. LinkReader.Addresses()], [.. obstacles]);
    }

    private static void AddLink(Link link, List<Obstacle> obstacles)
    {
        var name = link.Name;
        if (link.HasXdp)
        {
            obstacles.Add(new Obstacle($"an XDP program on {name}, which can send frames past every rule"));
        }
        if (BpfPrograms.AreAttached(link.Index))
        {
            obstacles.Add(new Obstacle($"a BPF program of traffic control (tcx) on {name}, which can send frames past every rule"));
        }
        if (link.Kind is "macvtap" or "ipvtap")
        {
            obstacles.Add(new Obstacle($"{name} lets a program write frames ({link.Kind}), which inet rules do not see", name));
        }
        if (link.PortKind.Length > 0)
        {
            obstacles.Add(new Obstacle(
                $"{name} is a port of a {link.PortKind}, whose other ports send frames that inet rules do not see", name));
        }
    }

    private static void AddForeign(List<Obstacle> obstacles)
    {
        foreach (var (process, links) in OtherNamespaces.Children())
        {
            foreach (var link in links.Where(IsShared))
            {
                obstacles.Add(new Obstacle($"{link.Name} in the network namespace of process {process} may share a device of this "
                    + "one, whose inet rules do not see its frames"));
            }
        }
    }

    // Kinds whose frames leave by the device they belong to.
    private static bool IsShared(Link link)
    {
        return link.Kind is "macvlan" or "macvtap" or "ipvlan" or "ipvtap" or "vlan";
    }

    private static void AddDiscipline(Discipline discipline, string device, List<Obstacle> obstacles)
    {
        var isHook = discipline.Kind is "clsact" or "ingress";
        var isSorting = SortingDisciplines.Contains(discipline.Kind);
        if (isHook && LinkReader.HasFilters(discipline.Device)
            || isSorting && LinkReader.HasFilters(discipline.Device, discipline.Handle))
        {
            obstacles.Add(new Obstacle($"tc filters on {device}, which can redirect packets past every rule"));
        }
        else if (!isHook && !isSorting && !PlainDisciplines.Contains(discipline.Kind))
        {
            obstacles.Add(new Obstacle(
                $"queueing discipline {discipline.Kind} on {device}, whose filters can redirect packets"));
        }
    }
}
