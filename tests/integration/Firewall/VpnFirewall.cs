// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Firewall;

/// <summary>The published program: VPN_FIREWALL_PROGRAM, or artifacts/vpn-firewall of the repository.</summary>
internal static class VpnFirewall
{
    public static string Root { get; } = FindRoot();

    public static string Path { get; } = Environment.GetEnvironmentVariable("VPN_FIREWALL_PROGRAM")
        ?? System.IO.Path.Combine(Root, "artifacts", "vpn-firewall");

    /// <summary>Golden rulesets of the unit tests: here the kernel is asked about them.</summary>
    public static string GoldenFolder { get; } = System.IO.Path.Combine(Root, "tests", "unit", "Firewall", "Golden");

    /// <summary>Their names, without the control group's: it needs one of that name, which these machines have not.</summary>
    public static IEnumerable<string> GoldenNames =>
        Directory.EnumerateFiles(GoldenFolder, "*.conf")
            .Select(file => System.IO.Path.GetFileNameWithoutExtension(file))
            .Where(name => name != "control-group")
            .Order();

    public static string Golden(string name) => System.IO.Path.Combine(GoldenFolder, name);

    /// <summary>Runs the program in a namespace.</summary>
    public static Task<ProgramRun> RunAsync(TestNamespace space, params string[] args)
    {
        return ProgramRun.FinishAsync(Start(space, args));
    }

    /// <summary>Starts the program in a namespace.</summary>
    public static Process Start(TestNamespace space, params string[] args)
    {
        File.Exists(Path).Should().BeTrue("{0} should be published, or VPN_FIREWALL_PROGRAM name it", Path);
        return space.Start([Path, .. args]);
    }

    /// <summary>The table as nft lists it in a namespace; empty when there is none.</summary>
    public static async Task<string> ListAsync(TestNamespace space)
    {
        string[] list = ["list", "table", "inet", "vpn_firewall"];
        var run = await space.TryRunAsync(["nft", "--stateless", "--numeric-protocol", .. list]);
        return run.Output;
    }

    /// <summary>The listing that a golden script should lead to.</summary>
    public static string Listing(string golden)
    {
        var script = File.ReadAllText(Golden(golden + ".nft"));
        return script[script.IndexOf("table inet vpn_firewall {", StringComparison.Ordinal)..];
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "LeakVerifier.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no LeakVerifier.sln above the tests");
    }
}
