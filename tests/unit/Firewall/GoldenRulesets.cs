// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>Configurations and the rulesets that they must give: pairs of files NAME.conf and NAME.nft.</summary>
internal static class GoldenRulesets
{
    public static string Folder { get; } = Path.Combine(RepositoryRoot(), "tests", "unit", "Firewall", "Golden");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.conf").Select(file => Path.GetFileNameWithoutExtension(file)).Order();

    public static string Configuration(string name) => Path.Combine(Folder, name + ".conf");

    /// <summary>The listing that a golden ruleset leads to.</summary>
    public static string Listing(string name)
    {
        var script = File.ReadAllText(Path.Combine(Folder, name + ".nft"));
        return script[script.IndexOf("table inet vpn_firewall {", StringComparison.Ordinal)..];
    }

    /// <summary>Compares with the golden file, or with UPDATE_GOLDEN=1 rewrites it.</summary>
    public static void Check(string name, string text, string extension = ".nft")
    {
        var file = Path.Combine(Folder, name + extension);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text);
        }

        text.Should().Be(File.ReadAllText(file), "{0} says so (UPDATE_GOLDEN=1 rewrites it)", file);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LeakVerifier.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no LeakVerifier.sln above the tests");
    }
}
