// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>
/// The program with the iptables backend, on a machine where <c>iptables</c> is one variant or the other: each run has a
/// mount namespace of its own, in which Debian's alternatives name that variant.
/// </summary>
internal sealed class IptablesFirewall(string variant)
{
    /// <summary>The variants of Debian's package.</summary>
    public static readonly string[] Variants = ["nft", "legacy"];

    private static readonly string[] Families = ["ip6tables", "iptables"];

    public string Name => $"iptables-{variant}";

    /// <summary>Starts <c>vpn-firewall</c>, with <c>--backend iptables</c> unless the arguments name one.</summary>
    public Process Start(TestNamespace space, params string[] args)
    {
        File.Exists(VpnFirewall.Path).Should().BeTrue("{0} should be published", VpnFirewall.Path);
        string[] backend = args.Contains("--backend") ? [] : ["--backend", "iptables"];
        return space.Start([.. Behind(variant), VpnFirewall.Path, .. args, .. backend]);
    }

    /// <summary>Runs <c>vpn-firewall</c>.</summary>
    public Task<ProgramRun> RunAsync(TestNamespace space, params string[] args)
    {
        return ProgramRun.FinishAsync(Start(space, args));
    }

    /// <summary>Runs <c>vpn-firewall</c>, which must succeed.</summary>
    public async Task DoAsync(TestNamespace space, params string[] args)
    {
        var run = await RunAsync(space, args);
        run.ExitCode.Should().Be(0, "{0}", run);
    }

    /// <summary>Runs a line of the shell in which <c>iptables</c> is this variant; it must succeed.</summary>
    public async Task<string> ShellAsync(TestNamespace space, string line)
    {
        var run = await space.TryRunAsync(Mounted(variant, line));
        run.ExitCode.Should().Be(0, "'{0}' should work: {1}", line, run);
        return run.Output;
    }

    /// <summary>Rules and policies of both families, without comments and counters.</summary>
    public async Task<string> SaveAsync(TestNamespace space)
    {
        var text = await ShellAsync(space, "ip6tables-save; iptables-save");
        return string.Join('\n', text.Split('\n').Where(line => !line.StartsWith('#')).Select(line =>
            line.StartsWith(':') ? line.Split(" [")[0] : line));
    }

    /// <summary>Whether a family drops what nobody accepts, in all three directions.</summary>
    public async Task<bool> IsClosedAsync(TestNamespace space, string family)
    {
        var text = await ShellAsync(space, $"{family}-save -t filter");
        return new[] { "INPUT", "FORWARD", "OUTPUT" }.All(chain =>
            text.Contains($":{chain} DROP", StringComparison.Ordinal)
            && text.Contains($"-A {chain} -j VPNFW-{chain.ToLowerInvariant()}\n", StringComparison.Ordinal));
    }

    /// <summary>Packets that rules of a chain refused, in both families or in one.</summary>
    public async Task<long> BlockedAsync(TestNamespace space, string table, string chain, string? only = null)
    {
        var sum = 0L;
        foreach (var family in Families.Where(family => only is null || family == only))
        {
            var text = await ShellAsync(space, $"{family}-save -c -t {table}");
            sum += text.Split('\n')
                .Where(line => line.Contains($"-A VPNFW-{chain} ", StringComparison.Ordinal)
                    && (line.EndsWith("-j DROP", StringComparison.Ordinal) || line.Contains("-j REJECT", StringComparison.Ordinal)))
                .Sum(line => long.Parse(line[1..line.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture));
        }

        return sum;
    }

    /// <summary>A command that runs the one behind it where <c>iptables</c> is a variant.</summary>
    public static string[] Behind(string variant) => Mounted(variant, "exec \"$0\" \"$@\"");

    /// <summary>A script of the shell, without single quotes, in which <c>iptables</c> is a variant.</summary>
    public static string Script(string variant, string line)
    {
        var links = from family in Families
                    from verb in new[] { "", "-restore", "-save" }
                    select $"ln -s /usr/sbin/{family}-{variant}{verb} /etc/alternatives/{family}{verb}";
        return $"mount -t tmpfs none /etc/alternatives; {string.Join("; ", links)}; {line}";
    }

    private static string[] Mounted(string variant, string line) => ["unshare", "--mount", "sh", "-ec", Script(variant, line)];
}
