// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Commands;

namespace LeakVerifier.UnitTests.Firewall;

/// <summary>Runs the program's verbs in an environment that a backend's fixture makes.</summary>
public abstract class VerbFixture
{
    /// <summary>The smallest configuration.</summary>
    protected static string Minimal { get; } = GoldenRulesets.Configuration("minimal");

    /// <summary>What the last verb answered.</summary>
    protected StringWriter Output { get; private set; } = new();

    /// <summary>What it warned of.</summary>
    protected StringWriter Error { get; private set; } = new();

    /// <summary>Where its files are; gone after each test.</summary>
    protected string Folder { get; private set; } = "";

    /// <summary>A configuration with an error.</summary>
    protected string Wrong { get; private set; } = "";

    [SetUp]
    public void MakeFiles()
    {
        (Output, Error) = (new(), new());
        Folder = Directory.CreateTempSubdirectory("vpn-firewall-").FullName;
        Wrong = Path.Combine(Folder, "wrong.conf");
        File.WriteAllText(Wrong, "TUNNEL_USER=1194\nVPN_SERVERS=nowhere\n");
    }

    [TearDown]
    public void RemoveFiles()
    {
        Directory.Delete(Folder, recursive: true);
        Output.Dispose();
        Error.Dispose();
    }

    private protected ExitCode Run(FirewallEnvironment environment, params string[] args)
    {
        Output.GetStringBuilder().Clear();
        Error.GetStringBuilder().Clear();
        return (ExitCode)FirewallCommandLine.Run(args, environment);
    }
}
