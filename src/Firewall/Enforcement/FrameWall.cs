// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Policy;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>The second wall as the kernel has it.</summary>
public sealed class FrameWall
{
    private const string Removal = $"table {SecondWall.Table}\ndelete table {SecondWall.Table}\n";
    private const int Attempts = 3; // before Linux 6.16 an interface that vanishes meanwhile makes the kernel refuse

    private readonly INftables _kernel;
    private readonly MachineLinks _links;
    private readonly Func<FrameRuleset, TableListing> _listInScratch;

    /// <param name="kernel">The kernel's rules.</param>
    /// <param name="links">The interfaces of this machine.</param>
    /// <param name="listInScratch">Lists rules as the installed nft spells them, or says why this kernel cannot have them.</param>
    public FrameWall(INftables kernel, MachineLinks links, Func<FrameRuleset, TableListing> listInScratch)
    {
        _kernel = kernel;
        _links = links;
        _listInScratch = listInScratch;
    }

    /// <summary>
    /// The commands that load the wall for the interfaces that are there now, and for names that can be named beforehand;
    /// they go into one transaction with the first wall's.
    /// </summary>
    /// <param name="rules">The rules.</param>
    /// <param name="policy">The policy, whose tunnel's addresses no frame may name; null: the lockdown.</param>
    public string Script(FrameRuleset rules, EgressPolicy? policy)
    {
        var interfaces = _links.Names().Where(SecondWall.CanName).Union(_links.ToCome).Order(StringComparer.Ordinal);
        return rules.Script(interfaces, AddressesOf(policy));
    }

    /// <summary>
    /// Loads the wall anew, for the interfaces that are there now, in one transaction that lets nothing out. For who sees
    /// an interface appear.
    /// </summary>
    public WallCoverage Cover(FrameRuleset rules, EgressPolicy? policy)
    {
        var reply = _kernel.Run(Script(rules, policy));
        for (var attempt = 1; !reply.IsDone && attempt < Attempts; attempt++)
        {
            reply = _kernel.Run(Script(rules, policy));
        }

        return reply.IsDone ? Coverage(policy) : WallCoverage.None(reply.Error.Split('\n')[0]);
    }

    /// <summary>
    /// Names the tunnel's addresses anew, in one transaction. For who sees them change while the wall is loaded.
    /// </summary>
    public NftablesReply NameTunnel(EgressPolicy policy) => _kernel.Run(TunnelNamesChain.Script(AddressesOf(policy)));

    /// <summary>Whether the loaded wall refuses frames that name one of these addresses, as the tunnel's.</summary>
    public bool Names(IEnumerable<IPAddress> addresses)
    {
        return _kernel.ListFrames().Text is { } listing && addresses.Any(address => TunnelNamesChain.IsNamed(listing, address));
    }

    /// <summary>How far the wall reaches now.</summary>
    /// <param name="policy">What says which interfaces are physical; null: all.</param>
    public WallCoverage Coverage(EgressPolicy? policy)
    {
        return _kernel.ListFrames().Text is { } listing
            ? Coverage(policy, listing)
            : WallCoverage.None("the second wall is not loaded");
    }

    /// <summary>How far a wall reaches.</summary>
    /// <param name="policy">What says which interfaces are physical; null: all.</param>
    /// <param name="listing">The wall as the kernel lists it.</param>
    public WallCoverage Coverage(EgressPolicy? policy, string listing)
    {
        var covered = FrameListing.Interfaces(listing);
        return new WallCoverage(HasSecondWall: true, [.. Physical(policy).Except(covered).Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// Says whether the wall is where it should be. It is not where it sees no interface that could leak, or misses a network
    /// card; other interfaces may have appeared since it was loaded.
    /// </summary>
    /// <param name="policy">What says which interfaces are physical; null: all.</param>
    public Comparison CompareCoverage(EgressPolicy? policy)
    {
        var coverage = Coverage(policy);
        if (!coverage.HasSecondWall || coverage.Uncovered.IsEmpty)
        {
            return new Comparison(Likeness.Same, []);
        }

        var missed = coverage.Uncovered.Length == Physical(policy).Count()
            ? coverage.Uncovered
            : [.. coverage.Uncovered.Where(_links.IsCard)];
        return missed.IsEmpty
            ? new Comparison(Likeness.Same, []) { HalfCovered = coverage.Uncovered }
            : new Comparison(Likeness.Different, [.. missed.Select(name => $"- {SecondWall.BaseName}: {name}").Take(TextDifference.Limit)]);
    }

    private IEnumerable<string> Physical(EgressPolicy? policy)
    {
        return _links.Names().Where(name => policy is null ? name != "lo" : policy.IsPhysical(name));
    }

    /// <summary>
    /// Compares the kernel's rules with these. Where this kernel can have no second wall, none is the same as any.
    /// </summary>
    /// <param name="wanted">The rules.</param>
    /// <param name="isRefused">Whether the kernel has just refused to load them: then it has none.</param>
    /// <param name="listing">The wall as it is listed; null: it is not there.</param>
    public Comparison Compare(FrameRuleset wanted, bool isRefused, out string? listing)
    {
        var loaded = _kernel.ListFrames();
        listing = loaded.Text;
        var text = loaded.Text is null ? null : FrameListing.Comparable(loaded.Text);
        if (text == wanted.Listing || (isRefused && loaded is { Text: null, Error: null }))
        {
            return new Comparison(Likeness.Same, []);
        }

        if (loaded is { Text: null, Error: not null })
        {
            return new Comparison(Likeness.Unknown, [], loaded.Error);
        }

        var spelled = _listInScratch(wanted).Text;
        spelled = spelled is null ? null : FrameListing.Comparable(spelled);
        if (text == spelled)
        {
            return new Comparison(Likeness.Same, []);
        }

        return new Comparison(Likeness.Different, text is null
            ? [$"- {SecondWall.Table}: the second wall is gone"]
            : TextDifference.Between(spelled ?? "", text));
    }

    /// <summary>Whether the wall is one at all, whatever its exceptions; none does not count against the first one.</summary>
    public bool IsClosed() => _kernel.ListFrames().Text is not { } listing || ClosedShape.HoldsFrames(listing);

    /// <summary>The commands that bring back what is loaded now, or that there is nothing.</summary>
    public string Remember() => Removal + FrameListing.Loadable(_kernel.ListFrames().Text ?? "");

    /// <summary>Removes the table. A kernel without this family has none, and what it answers to that is no failure.</summary>
    public NftablesReply Remove()
    {
        var reply = _kernel.Run(Removal);
        return reply.IsDone || _kernel.ListFrames().Text is null ? new NftablesReply(true, "", "") : reply;
    }

    /// <summary>The table with the values of its counters; null when there is none.</summary>
    public string? ListWithCounters() => _kernel.ListFrames(withCounters: true).Text;

    private IEnumerable<IPAddress> AddressesOf(EgressPolicy? policy)
    {
        if (policy is null)
        {
            return [];
        }

        // A tunnel without an address of its own has its uplink's, from which its transport leaves.
        var addresses = _links.Addresses();
        return addresses
            .Where(address => address.IsOfTunnel(policy))
            .Select(address => address.Address)
            .Except(addresses.Where(address => policy.IsPhysical(address.Interface)).Select(address => address.Address));
    }
}
