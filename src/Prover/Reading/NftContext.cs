// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>What the expressions of a rule mean depends on where it is.</summary>
/// <param name="IsIp4Sure">Whether nft is known to check for IPv4 where the listing does not say.</param>
/// <param name="IsIp6Sure">Whether nft is known to check for IPv6 where the listing does not say.</param>
/// <param name="Transport">How the rule asks for the transport protocol where the listing does not say.</param>
/// <param name="HasLinkHeader">Whether the table's packets are frames: elsewhere a read of their header ends the rule.</param>
/// <param name="CgroupLevel">The level of the control groups that the rule asks for, which JSON omits; null: unknown.</param>
internal sealed record NftContext(
    bool IsIp4Sure, bool IsIp6Sure, TransportCheck Transport, bool HasLinkHeader, int? CgroupLevel)
{
    private const string Alike = "nft lists a rule of one protocol alike whether it asks for IPv6's first next header or for what "
        + "is behind extension headers";

    /// <summary>The condition on a transport protocol that a port or a type implies.</summary>
    public IReadOnlyList<RuleStep> Protocol(byte number)
    {
        RuleStep protocol = MatchStep.Of(FieldKey.Whole(Field.Protocol), [ValueRange.Exactly(number)]);
        return Transport switch
        {
            TransportCheck.Protocol => [protocol],
            TransportCheck.NextHeader => [MatchStep.Of(FieldKey.Whole(Field.NextHeader), [ValueRange.Exactly(number)])],
            TransportCheck.Unlisted => [protocol, new DirectStep(number, Alike + ": give the output of nft --debug=netlink list ruleset too")],
            _ => [protocol, new UnknownStep(Alike)],
        };
    }
}

/// <summary>How a rule asks for the transport protocol: nft elides the question, whichever it was.</summary>
internal enum TransportCheck
{
    /// <summary>By the protocol behind all extension headers (<c>meta l4proto</c>), or by IPv4's only field.</summary>
    Protocol,

    /// <summary>By IPv6's first next header: a packet with extension headers is not meant.</summary>
    NextHeader,

    /// <summary>The bytecode, which would say, was not given.</summary>
    Unlisted,

    /// <summary>The bytecode asks for both.</summary>
    Unclear,
}
