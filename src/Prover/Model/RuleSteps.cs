// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Prover.Model;

/// <summary>One thing that a rule does, in its order: match, change the packet, or decide.</summary>
public abstract record RuleStep;

/// <summary>The rule ends unless the packet is of the family.</summary>
/// <param name="Family">The family.</param>
/// <param name="IsImplied">
/// The listing does not say so, but nft adds the condition unless told otherwise: for the other family it is unknown.
/// </param>
public sealed record FamilyStep(IpFamily Family, bool IsImplied = false) : RuleStep;

/// <summary>The rule ends for every IP packet (it speaks of ARP, say).</summary>
public sealed record NeverStep : RuleStep;

/// <summary>The rule ends unless the keys have the values of an element.</summary>
/// <param name="Keys">What is looked at.</param>
/// <param name="Elements">What matches.</param>
/// <param name="Negated">What does not match; a key that cannot be read ends the rule all the same.</param>
/// <param name="Flavour">Who matches: the kernel's two engines treat what cannot be read differently.</param>
public sealed record MatchStep(
    ImmutableArray<Key> Keys, ImmutableArray<Element> Elements, bool Negated, MatchFlavour Flavour) : RuleStep
{
    /// <summary>A match of one key with numbers.</summary>
    public static MatchStep Of(Key key, IEnumerable<ValueRange> ranges, bool negated = false,
        MatchFlavour flavour = MatchFlavour.Native)
    {
        return Of(key, new NumberValues(ValueRange.Normalise(ranges)), negated, flavour);
    }

    /// <summary>A match of one key.</summary>
    public static MatchStep Of(Key key, KeyValues values, bool negated = false,
        MatchFlavour flavour = MatchFlavour.Native)
    {
        return new MatchStep([key], [new Element([values])], negated, flavour);
    }
}

/// <summary>Which engine matches.</summary>
public enum MatchFlavour
{
    /// <summary>An nft expression.</summary>
    Native,

    /// <summary>An xtables extension, or an nft expression that iptables-nft wrote in its place.</summary>
    Xtables,

    /// <summary>The xtables owner match: negated, it matches packets without an owner (net/netfilter/xt_owner.c).</summary>
    XtablesOwner,
}

/// <summary>The kind of address that <c>addrtype</c> and <c>fib … type</c> ask for.</summary>
public enum AddressKind
{
    /// <summary>An address of this machine.</summary>
    Local,

    /// <summary>A group.</summary>
    Multicast,

    /// <summary>A broadcast address.</summary>
    Broadcast,

    /// <summary>One host.</summary>
    Unicast,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>The rule ends unless the destination is of one of the kinds.</summary>
/// <param name="Kinds">The kinds.</param>
/// <param name="Negated">None of the kinds.</param>
/// <param name="Construct">The rule's words.</param>
public sealed record DestinationKindStep(ImmutableArray<AddressKind> Kinds, bool Negated, string Construct) : RuleStep
{
    /// <summary>
    /// Whether nothing is known of what matches: for IPv6 <c>addrtype</c> wants an address of all kinds at once
    /// (net/netfilter/xt_addrtype.c, match_type6), where <c>fib</c> wants one of them.
    /// </summary>
    public bool IsUnclear(IpFamily family) => family == IpFamily.Ip6 && Kinds.Length > 1;
}

/// <summary>The rule ends unless the packet's socket is in a control group.</summary>
/// <param name="Group">The group's path, as nft lists it.</param>
/// <param name="IsSure">Whether the rule is known to ask for this group and not for one above it.</param>
public sealed record CgroupStep(string Group, bool IsSure) : RuleStep
{
    /// <summary>The unknown that stands for being in a group: it is the sender's, and the same wherever it is asked.</summary>
    public static string KeyOf(string group) => Prefix + group;

    /// <summary>Whether a key is that of a group.</summary>
    public static bool IsKey(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The group of a key.</summary>
    public static string GroupOf(string key) => key[Prefix.Length..];

    private const string Prefix = "cgroup ";
}

/// <summary>
/// The rule ends, for all that is known, unless the packet's transport header follows IPv6's without extension headers.
/// </summary>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Construct">What is not known of the rule.</param>
public sealed record DirectStep(byte Protocol, string Construct) : RuleStep;

/// <summary>The rule ends unless the packet has IPv6's fragment header: a later fragment has one, of others it is not known.</summary>
/// <param name="Construct">The rule's words.</param>
public sealed record FragmentHeaderStep(string Construct) : RuleStep;

/// <summary>A match that the model does not know, or that depends on more than the packet: it may match or not.</summary>
/// <param name="Construct">The rule's words.</param>
public sealed record UnknownStep(string Construct) : RuleStep;

/// <summary>A field gets a value.</summary>
/// <param name="Field"><see cref="Field.Mark"/>, <see cref="Field.ConnectionMark"/> or another whole field.</param>
/// <param name="Value">The value.</param>
public sealed record AssignStep(Field Field, ValueExpression Value) : RuleStep;

/// <summary>A header field that the model does not keep is written. A route chain then routes again.</summary>
/// <param name="Construct">The rule's words.</param>
public sealed record RewriteStep(string Construct) : RuleStep;

/// <summary>An address is translated, and the chain accepts.</summary>
/// <param name="IsDestination">The destination; else the source.</param>
/// <param name="Address">The only address that can result; null: some address.</param>
/// <param name="Port">The only port that can result; null: see <paramref name="KeepsPort"/>.</param>
/// <param name="KeepsPort">Without a port, whether the old one stays for sure.</param>
public sealed record TranslateStep(bool IsDestination, UInt128? Address, ushort? Port, bool KeepsPort) : RuleStep
{
    /// <summary>
    /// The protocols whose ports are translated: TCP, UDP, DCCP, SCTP and UDP-Lite (net/netfilter/nf_nat_proto.c,
    /// nf_nat_manip_pkt and l4proto_manip_pkt).
    /// </summary>
    public static ImmutableArray<ValueRange> WithPorts { get; } =
        ValueRange.Normalise(new uint[] { 6, 17, 33, 132, 136 }.Select(number => ValueRange.Exactly(number)));

    /// <summary>The packet is sent to this machine itself, whichever of its addresses is chosen.</summary>
    public bool ToThisMachine { get; init; }
}

/// <summary>Connection tracking leaves the packet alone.</summary>
public sealed record NotrackStep : RuleStep;

/// <summary>
/// The packet is given away or altered in a way that the model does not follow (queue, fwd, dup, an unknown target):
/// nothing is known of a packet that gets here.
/// </summary>
/// <param name="Construct">The rule's words.</param>
public sealed record OpaqueStep(string Construct) : RuleStep;

/// <summary>A verdict by the value of keys. Without an entry the rule ends.</summary>
/// <param name="Keys">What is looked at.</param>
/// <param name="Entries">Disjoint.</param>
public sealed record VerdictMapStep(ImmutableArray<Key> Keys, ImmutableArray<VerdictMapEntry> Entries) : RuleStep;

/// <summary>One entry of a verdict map.</summary>
public sealed record VerdictMapEntry(Element Element, VerdictStep Verdict);

/// <summary>What a rule decides.</summary>
public enum VerdictKind
{
    /// <summary>Ends this base chain only.</summary>
    Accept,

    /// <summary>Ends everything; reject too.</summary>
    Drop,

    /// <summary>Continues in another chain and comes back.</summary>
    Jump,

    /// <summary>Continues in another chain and does not come back here.</summary>
    Goto,

    /// <summary>Back to where the jump was; in a base chain, to its policy.</summary>
    Return,

    /// <summary>To the next rule.</summary>
    Continue,
}

/// <summary>A decision.</summary>
/// <param name="Kind">What is decided.</param>
/// <param name="Target">The chain of a jump or goto.</param>
public sealed record VerdictStep(VerdictKind Kind, string? Target = null) : RuleStep;
