// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Firewall.Commands;
using LeakVerifier.Firewall.Enforcement;
using LeakVerifier.Firewall.Iptables;
using LeakVerifier.Firewall.Netlink;
using LeakVerifier.Firewall.Nftables;

namespace LeakVerifier.UnitTests.Firewall.Iptables;

/// <summary>Runs the program's verbs against kernels that are none, with the backend for iptables.</summary>
public abstract class IptablesCommandLineFixture : VerbFixture
{
    /// <summary>One of a gateway.</summary>
    protected static string Gateway { get; } = GoldenRulesets.Configuration("gateway");

    /// <summary>What asks for this backend.</summary>
    protected static string[] Backend { get; } = ["--backend", "iptables"];

    /// <summary>What has the rules of the other backend.</summary>
    private protected FakeNftables Nft { get; set; } = new();

    /// <summary>The variant of iptables that is in use.</summary>
    private protected FakeIptables Iptables { get; set; } = new(IptablesVariant.Nft);

    /// <summary>The one beside it.</summary>
    private protected FakeIptables Legacy { get; set; } = new(IptablesVariant.Legacy);

    /// <summary>Whether the kernel has IPv6.</summary>
    protected bool HasIPv6 { get; set; } = true;

    [SetUp]
    public void SetUpKernels()
    {
        (Nft, Iptables, Legacy) = (new(), new(IptablesVariant.Nft), new(IptablesVariant.Legacy));
        HasIPv6 = true;
        Nft.HasChains = (family, chain) =>
            Loaded(family == NftablesFamily.Ipv6 ? IpFamily.IPv6 : IpFamily.IPv4).Contains($":{chain} ", StringComparison.Ordinal);
    }

    protected void Start(string configuration)
    {
        Run(["start", .. Backend, "--config", configuration]).Should().Be(ExitCode.Done, "{0}", Error);
    }

    private protected (ExitCode Code, string? State) Status(string configuration)
    {
        var code = Run(["status", .. Backend, "--json", "--config", configuration]);
        using var json = JsonDocument.Parse(Output.ToString());
        return (code, json.RootElement.GetProperty("state").GetString());
    }

    protected bool IsClosed() => IpFamilies.InOrder.All(family => IptablesShape.IsClosed(SavedTables.Read(Loaded(family))));

    private protected string Loaded(IpFamily family) => Iptables.Save(family).Output;

    protected string Listing() => string.Concat(IpFamilies.InOrder.Select(family => IptablesListing.Of(family, SavedTables.Read(Loaded(family)))));

    private protected FirewallEnvironment Environment(bool isInstalled = true) => new()
    {
        Output = Output,
        Error = Error,
        CanChangeRules = () => true,
        OpenKernel = () => Nft,
        ListInScratch = ruleset => new TableListing(ruleset.Listing, Error: null),
        ListFramesInScratch = rules => new TableListing(rules.Listing, Error: null),
        Links = new MachineLinks(() => ["eth0", "lo"], () => [], Folder),
        Settings = new KernelSettings(Path.Combine(Folder, "sys"), Path.Combine(Folder, "settings")),
        LockPath = Path.Combine(Folder, "lock"),
        FindWatch = () => new FakeWatch(),
        StateFolder = Path.Combine(Folder, "run"),
        Iptables = new IptablesAccess
        {
            Find = () => isInstalled ? new IptablesInstallation(Iptables, Legacy) : new IptablesInstallation(null, null),
            HasIPv6 = () => HasIPv6,
            HasLegacyTables = () => IpFamilies.InOrder.Any(family =>
                new[] { Iptables, Legacy }.First(one => one.Variant == IptablesVariant.Legacy).Save(family).Output.Length > 0),
            SaveInScratch = Scratch,
        },
    };

    private static IptablesReply Scratch(IIptables iptables, IptablesRuleset ruleset, IpFamily family)
    {
        var scratch = new FakeIptables(iptables.Variant) { Spell = ((FakeIptables)iptables).Spell };
        return scratch.Restore(family, ruleset.Script(family)) is { IsDone: false } refusal ? refusal : scratch.Save(family);
    }

    private protected ExitCode Run(string[] args) => Run(Environment(), args);
}
