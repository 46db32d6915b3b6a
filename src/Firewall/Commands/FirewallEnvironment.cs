// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;

namespace LeakVerifier.Firewall.Commands;

/// <summary>What the program touches outside itself.</summary>
public sealed record FirewallEnvironment
{
    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where warnings and errors go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether this process may change the network's rules.</summary>
    public required Func<bool> CanChangeRules { get; init; }

    /// <summary>Opens the kernel's rules; throws <see cref="NftablesMissingException"/>.</summary>
    public required Func<INftables> OpenKernel { get; init; }

    /// <summary>Lists a ruleset as the installed nft spells it.</summary>
    public required Func<Ruleset, TableListing> ListInScratch { get; init; }

    /// <summary>Lists the second wall's rules as the installed nft spells them.</summary>
    public required Func<FrameRuleset, TableListing> ListFramesInScratch { get; init; }

    /// <summary>The interfaces of this machine.</summary>
    public required MachineLinks Links { get; init; }

    /// <summary>The kernel's settings that belong to the rules.</summary>
    public required KernelSettings Settings { get; init; }

    /// <summary>The lock's file.</summary>
    public required string LockPath { get; init; }

    /// <summary>The real ones.</summary>
    public static FirewallEnvironment System { get; } = new()
    {
        Output = Writer(Console.OpenStandardOutput()),
        Error = Writer(Console.OpenStandardError()),
        CanChangeRules = Privileges.CanChangeRules,
        OpenKernel = NftablesContext.Open,
        ListInScratch = ScratchNamespace.List,
        ListFramesInScratch = ScratchNamespace.ListFrames,
        Links = MachineLinks.System,
        Settings = KernelSettings.OfThisNetwork(),
        LockPath = FirewallLock.DefaultPath,
    };

    // Not Console.Out: it prepares the terminal for reading, with handlers and a thread, which costs more than writing.
    private static StreamWriter Writer(Stream stream) => new(stream) { AutoFlush = true };

    /// <summary>Says what was done. The mark is the original's.</summary>
    public void Ok(string text) => Output.WriteLine("OK: " + text);

    /// <summary>Says what is allowed but doubtful.</summary>
    public void Warn(string text) => Error.WriteLine("WARNING: " + text);

    /// <summary>Says what is wrong.</summary>
    public void Fail(string text) => Error.WriteLine("ERROR: " + text);
}
