// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Firewall.Confirming;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.Firewall.Rules;
using LeakVerifier.Firewall.Watching;
using LeakVerifier.Policy.Endpoints;

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

    /// <summary>Opens the kernel's rules.</summary>
    public required Func<INftables> OpenKernel { get; init; }

    /// <summary>Lists a ruleset as the installed nft spells it.</summary>
    public required Func<Ruleset, TableListing> ListInScratch { get; init; }

    /// <summary>Lists the second wall's rules as the installed nft spells them.</summary>
    public required Func<FrameRuleset, TableListing> ListFramesInScratch { get; init; }

    /// <summary>The interfaces of this machine.</summary>
    public required MachineLinks Links { get; init; }

    /// <summary>The kernel's settings that belong to the rules.</summary>
    public required KernelSettings Settings { get; init; }

    /// <summary>How iptables is reached.</summary>
    public required IptablesAccess Iptables { get; init; }

    /// <summary>The watch of this network namespace, if one runs.</summary>
    public required Func<IWatch> FindWatch { get; init; }

    /// <summary>The lock's file.</summary>
    public required string LockPath { get; init; }

    /// <summary>The program's folder of /run: what is true until the machine is switched off.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Where host names are pinned to addresses.</summary>
    public string PinsPath { get; init; } = PinnedHosts.DefaultPath;

    /// <summary>Looks a host's name up; gives no address where that fails.</summary>
    public Func<string, IReadOnlyList<IPAddress>> LookUp { get; init; } = HostLookUp.Find;

    /// <summary>Whether a person can press Enter here.</summary>
    public Func<bool> IsTerminal { get; init; } = () => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>What the watch of this network namespace reports.</summary>
    public string WatchReportPath { get; init; } = RunFolder.Report;

    /// <summary>What is locked as long as a watch of this network namespace lives.</summary>
    public string WatchLockPath { get; init; } = RunFolder.Lock;

    /// <summary>Whether results are read by a person at a terminal who likes colour (no-color.org).</summary>
    public Func<bool> HasColour { get; init; } = () => !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Starts this program once more, on its own, with these arguments; says whether it runs.</summary>
    public Func<string[], bool> Detach { get; init; } = Detachment.Start;

    /// <summary>What the process that was started so does first.</summary>
    public Action CompleteDetachment { get; init; } = Detachment.Complete;

    /// <summary>Waits for a deadline, or a decision, or Enter if that is listened for.</summary>
    public Func<long, Func<bool>, bool, WaitEnd>? Wait { get; init; }

    /// <summary>The starts that wait to be confirmed.</summary>
    internal ConfirmationDesk Confirmations => new(new ConfirmationFile(StateFolder, NetworkNamespace.Number));

    /// <summary>The real ones.</summary>
    public static FirewallEnvironment System { get; } = new()
    {
        Output = Writer(StandardStreams.Output),
        Error = Writer(StandardStreams.Error),
        CanChangeRules = Privileges.CanChangeRules,
        OpenKernel = () => new KernelRules(NftablesContext.Open),
        ListInScratch = ScratchNamespace.List,
        ListFramesInScratch = ScratchNamespace.ListFrames,
        Links = MachineLinks.System,
        Settings = KernelSettings.OfThisNetwork(),
        Iptables = IptablesAccess.System,
        FindWatch = RemoteWatch.Find,
        LockPath = FirewallLock.DefaultPath,
        StateFolder = "/run/vpn-firewall",
    };

    private static StreamWriter Writer(Stream stream) => new(stream) { AutoFlush = true };

    /// <summary>Waits.</summary>
    internal WaitEnd WaitForDecision(long deadline, Func<bool> isDecided, bool hearsEnter)
    {
        return Wait is null
            ? ConfirmationWait.Until(StateFolder, deadline, isDecided, hearsEnter)
            : Wait(deadline, isDecided, hearsEnter);
    }

    /// <summary>Lets what is loaded stay: nothing goes back any more.</summary>
    /// <returns>Whether something waited.</returns>
    internal bool Keep()
    {
        try
        {
            return Confirmations.Keep();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Warn($"the start that waits to be confirmed still waits, and goes back when its time is over: {exception.Message}");
            return false;
        }
    }

    /// <summary>Says what was done. The mark is the original's.</summary>
    public void Ok(string text) => Say(Output, "OK: " + text);

    /// <summary>Writes what was asked for.</summary>
    /// <exception cref="UnwritableOutputException">It cannot be written.</exception>
    public void Answer(string text)
    {
        try
        {
            Output.Write(text);
        }
        catch (IOException exception)
        {
            throw new UnwritableOutputException(exception);
        }
    }

    /// <summary>Says what is allowed but doubtful.</summary>
    public void Warn(string text) => Say(Error, "WARNING: " + text);

    /// <summary>Says what is wrong.</summary>
    public void Fail(string text) => Say(Error, "ERROR: " + text);

    /// <summary>Adds to what is wrong.</summary>
    public void Explain(string text) => Say(Error, text);

    private static void Say(TextWriter where, string text)
    {
        try
        {
            where.WriteLine(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk or a closed pipe: nobody hears it. What was done is done, and decides the exit code.
        }
    }
}
