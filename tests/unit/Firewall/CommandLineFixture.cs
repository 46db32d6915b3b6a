// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;
using LeakVerifier.UnitTests.Firewall.Iptables;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>Runs the program's verbs against a kernel that is none.</summary>
public abstract class CommandLineFixture : VerbFixture
{
    /// <summary>What has the rules.</summary>
    private protected FakeNftables Kernel { get; } = new();

    [SetUp]
    public void SetUpKernel()
    {
        (Kernel.Table, Kernel.Frames, Kernel.ListError) = (null, null, null);
        (Kernel.Spell, Kernel.Refuse) = (listing => listing, _ => null);
    }

    protected static string GoldenListing()
    {
        var script = File.ReadAllText(Path.ChangeExtension(Minimal, ".nft"));
        return script[script.IndexOf("table inet vpn_firewall {", StringComparison.Ordinal)..];
    }

    protected static string Respell(string listing)
    {
        return listing.Replace("udp dport 1194", "udp dport openvpn", StringComparison.Ordinal);
    }

    private protected FirewallEnvironment Environment() => new()
    {
        Output = Output,
        Error = Error,
        CanChangeRules = () => true,
        OpenKernel = () => Kernel,
        ListInScratch = ruleset =>
            new TableListing(Kernel.Spell == Respell ? Respell(ruleset.Listing) : ruleset.Listing, Error: null),
        ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
        Links = new MachineLinks(() => ["eth0", "lo"], () => [], Folder),
        Settings = new KernelSettings(Path.Combine(Folder, "sys"), Path.Combine(Folder, "settings")),
        Iptables = FakeIptables.NotInstalled,
        FindWatch = () => new FakeWatch(),
        LockPath = Path.Combine(Folder, "lock"),
        StateFolder = Folder,
        WatchReportPath = Path.Combine(Folder, "no-watch.json"),
        WatchLockPath = Path.Combine(Folder, "watch.lock"),
        PinsPath = Path.Combine(Folder, "hosts"),
    };

    private protected FirewallEnvironment Forbidden() => Environment() with
    {
        CanChangeRules = () => false,
        OpenKernel = () => throw new InvalidOperationException("the kernel was asked"),
    };

    private protected ExitCode Run(params string[] args) => Run(Environment(), args);
}
