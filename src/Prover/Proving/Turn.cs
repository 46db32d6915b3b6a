// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using LeakVerifier.Prover.Diagram;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Proving;

/// <summary>
/// What a hook calls at one priority. The kernel calls the latest registered first (net/netfilter/core.c,
/// nf_hook_entries_grow), which no listing tells: where the order matters every one is possible.
/// </summary>
/// <param name="Chains">The chains; null: the place where addresses are translated.</param>
internal sealed record Turn(ImmutableArray<HookedChain?> Chains)
{
    // Each chain more multiplies the orders: six are looked at, not 24.
    private const int MostChains = 3;

    /// <summary>What is unknown of it, in words.</summary>
    public string Construct { get; } =
        $"the order of {string.Join(" and ", Chains.Select(Name))}, which have the same priority";

    /// <summary>The turns of one priority: chains in any order are one, the others follow each other.</summary>
    public static IEnumerable<Turn> Of(IEnumerable<HookedChain?> chains)
    {
        var all = chains.ToList();
        var matter = all.Where(chain => chain is not { Chain.Rules: [], Base.AcceptsByDefault: true }).ToList();
        if (matter.Count < 2 || !matter.Exists(Changes))
        {
            return all.Select(chain => new Turn([chain]));
        }
        return all.Except(matter).Select(chain => new Turn([chain])).Prepend(new Turn([.. matter]));
    }

    /// <summary>The unknown whether a chain is the first of the turn; if none of the others is, the last one is.</summary>
    public string KeyOf(int index) => $"{Name(Chains[index])} ({index}) first of {string.Join(", ", Chains.Select(Name))}";

    /// <summary>The turn without a chain.</summary>
    public Turn Without(int index) => new(Chains.RemoveAt(index));

    /// <summary>The chains in the order that the unknowns say.</summary>
    public IEnumerable<HookedChain?> Ordered(Func<string, bool> unknown)
    {
        var left = this;
        while (left.Chains.Length > 1)
        {
            var index = 0;
            while (index < left.Chains.Length - 1 && !unknown(left.KeyOf(index)))
            {
                index++;
            }
            yield return left.Chains[index];
            left = left.Without(index);
        }
        yield return left.Chains[0];
    }

    /// <summary>Walks a region through the chains in every order.</summary>
    /// <param name="model">The path.</param>
    /// <param name="region">The packets.</param>
    /// <param name="visit">Walks one chain.</param>
    /// <returns>What passes.</returns>
    /// <exception cref="BudgetException">There are too many orders.</exception>
    public int Walk(PathModel model, int region, Func<HookedChain?, int, int> visit)
    {
        if (Chains.Length == 1)
        {
            return visit(Chains[0], region);
        }
        if (Chains.Length > MostChains)
        {
            throw new BudgetException($"{Construct} and of which some change packets, has too many possibilities");
        }
        var gates = model.Space.Gates;
        var (before, after) = (model.State.Copy(), model.State.Copy());
        var (passed, rest) = (gates.False, gates.True);
        for (var i = 0; i < Chains.Length; i++)
        {
            var isLast = i == Chains.Length - 1;
            var isFirst = isLast ? rest : gates.And(rest, model.Space.Unknown(KeyOf(i), Construct));
            model.State.Become(before);
            var others = visit(Chains[i], gates.And(region, isFirst));
            passed = gates.Or(passed, Without(i).Walk(model, others, visit));
            after.Merge(isFirst, model.State);
            rest = gates.Difference(rest, isFirst);
        }
        model.State.Become(after);
        return passed;
    }

    // What only accepts and drops can be called in any order.
    private static bool Changes(HookedChain? chain)
    {
        return chain is null || chain.Steps.Any(step => step is AssignStep or NotrackStep or OpaqueStep or TranslateStep);
    }

    private static string Name(HookedChain? chain) => chain?.Name ?? "the translation of addresses";
}
