// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>One interface, or all interfaces that no rule can tell apart.</summary>
/// <param name="Name">Its name, or a name that stands for the others; "" is no interface.</param>
/// <param name="IsLater">An interface that did not exist when rules were bound to an index.</param>
/// <param name="IsPhysical">Whether the policy holds on it.</param>
/// <param name="Kind">Its kind, where anybody asks: one that is named, <see cref="OtherKind"/>, or none ("").</param>
internal sealed record InterfaceClass(string Name, bool IsLater, bool IsPhysical, string Kind = "")
{
    /// <summary>Any kind that neither rules nor the policy name.</summary>
    public const string OtherKind = "another kind";
}

/// <summary>
/// The universe of interfaces: those that exist, those that rules or the policy name, and for each prefix one name that
/// nothing else tells apart, so that a proof holds for interfaces that appear later.
/// </summary>
internal sealed class InterfaceClasses
{
    // The kernel allows more (net/core/dev.c, dev_valid_name): that nobody makes use of it is an assumption that is printed.
    private const string NameCharacters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.";

    private static readonly string[] CommonNames = ["eth0", "wlan0", "eth1", "wlan1"];

    private InterfaceClasses(ImmutableArray<InterfaceClass> all)
    {
        All = all;
    }

    /// <summary>Every class; the first is "no interface".</summary>
    public ImmutableArray<InterfaceClass> All { get; }

    /// <summary>Collects the universe.</summary>
    /// <exception cref="BudgetException">There are more than a field can number.</exception>
    public static InterfaceClasses Of(LoadedRuleset loaded, EgressPolicy policy)
    {
        var mentioned = new InterfaceMentions();
        mentioned.Add(loaded.Ruleset);
        mentioned.Add(policy);
        var names = mentioned.Patterns.Where(p => !p.IsPrefix).Select(p => p.Stem)
            .Concat(loaded.Interfaces ?? []).Append("lo").Where(n => n.Length > 0).Distinct().ToList();
        var stems = mentioned.Patterns.Where(p => p.IsPrefix).Select(p => p.Stem).Append("").Distinct().ToList();
        var fresh = stems.Select(stem => FreshName(stem, names, stems)).OfType<string>().ToList();
        var classes = new List<InterfaceClass> { new("", IsLater: false, IsPhysical: false) };
        classes.AddRange(names.Select(name => new InterfaceClass(name, IsLater: false, policy.IsPhysical(name))));
        classes.AddRange(mentioned.ByIndex.Where(name => name != "lo" && names.Contains(name))
            .Select(name => new InterfaceClass(name, IsLater: true, policy.IsPhysical(name))));
        var isLater = loaded.Interfaces is not null;
        classes.AddRange(fresh.Select(name => new InterfaceClass(name, isLater, policy.IsPhysical(name))));
        if (mentioned.Kinds.Count > 0)
        {
            classes = [classes[0], .. classes.Skip(1).SelectMany(c => OfEachKind(c, mentioned.Kinds, policy))];
        }
        if (classes.Count > 1023)
        {
            throw new BudgetException($"the rules tell {classes.Count} interfaces apart; the model numbers up to 1023");
        }
        return new InterfaceClasses([.. classes]);
    }

    /// <summary>The number of the present interface of a name, or of the class that stands for it.</summary>
    public int IndexOf(string name)
    {
        var exact = All.ToList().FindIndex(c => c.Name == name);
        return exact >= 0 ? exact : All.Length - 1;
    }

    /// <summary>Whether a key's names mean a class.</summary>
    public bool Matches(int index, NameValues values, bool byIndex)
    {
        var candidate = All[index];
        if (candidate.Name.Length == 0)
        {
            // The kernel compares with an empty name, or with index 0: only "every interface" has it.
            return !byIndex && values.Names.Any(name => name is { IsPrefix: true, Stem: "" });
        }
        if (byIndex && candidate.IsLater)
        {
            return false;
        }
        foreach (var name in values.Names)
        {
            if (name.Matches(candidate.Name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether the names of kinds mean a class.</summary>
    public bool MatchesKind(int index, NameValues values) => values.Names.Any(name => name.Stem == All[index].Kind);

    // A name says nothing of what a link is: where kinds are asked for, each interface may be of each.
    private static IEnumerable<InterfaceClass> OfEachKind(
        InterfaceClass candidate, IEnumerable<string> kinds, EgressPolicy policy)
    {
        var wanted = policy.TunnelInterfaceKind;
        return kinds.OrderByDescending(kind => kind == wanted).Append(InterfaceClass.OtherKind).Append("").Select(kind =>
            candidate with
            {
                Kind = kind,
                IsPhysical = candidate.IsPhysical || wanted is not null && kind != wanted && candidate.Name != "lo"
                    && policy.TunnelInterface.Matches(candidate.Name)
                    && !policy.InternalInterfaces.Any(pattern => pattern.Matches(candidate.Name)),
            });
    }

    private static string? FreshName(string stem, List<string> names, List<string> stems)
    {
        var longer = stems.Where(other => other.Length > stem.Length).ToList();
        var candidates = NameCharacters.SelectMany(a => NameCharacters.Select(b => $"{stem}{a}{b}"))
            .Concat(NameCharacters.Select(a => $"{stem}{a}"))
            .Append(stem);
        candidates = stem.Length == 0 ? CommonNames.Concat(candidates) : candidates;
        var isTaken = (string name) => names.Contains(name) || longer.Exists(name.StartsWith);
        return candidates.FirstOrDefault(name => name.Length is > 0 and <= InterfacePattern.MaximumLength && !isTaken(name));
    }
}
