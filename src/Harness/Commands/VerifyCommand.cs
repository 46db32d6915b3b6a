// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Diagnostics;
using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Labs.Containers;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Reports;
using LeakVerifier.Harness.Running;
using LeakVerifier.Harness.Sandboxing;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Commands;

/// <summary><c>leakverifier verify</c>: runs scenarios against a firewall and reports.</summary>
internal static class VerifyCommand
{
    /// <summary>Checks everything that can be checked before a lab starts, then runs inside the sandbox.</summary>
    public static ExitCode Run(VerifyOptions options, IReadOnlyList<string> arguments)
    {
        var image = FirewallImage.NameOf(options.Firewall);
        if (image is not null && options.Lab != LabKinds.Docker)
        {
            throw new CommandException(ExitCode.Usage, $"--firewall {options.Firewall}: an image runs in the Docker lab only; add --lab docker");
        }

        if (options.Firewall == FirewallFolder.BuiltinIptables && options.Lab == LabKinds.Docker)
        {
            throw new CommandException(ExitCode.Usage, "--firewall builtin-iptables: the client's image has no iptables; use --lab netns");
        }

        if (options.JUnit == "-")
        {
            throw new CommandException(ExitCode.Usage, "--junit -: standard output is for --json alone; give a file");
        }

        var scenarios = Select(options.Patterns, options.Lab, isImage: image is not null);
        if (!Sandbox.IsInside)
        {
            Prerequisites.Require(scenarios);
            var isPath = image is null && options.Firewall is not (FirewallFolder.Builtin or FirewallFolder.BuiltinIptables or FirewallFolder.None);
            HiddenPaths.Refuse("--firewall", isPath ? options.Firewall : null);
            HiddenPaths.Refuse("--firewall", isPath ? Path.Combine(options.Firewall, "up") : null);
            HiddenPaths.Refuse("--json", options.Json);
            HiddenPaths.Refuse("--junit", options.JUnit);
            HiddenPaths.Refuse("--out", options.Out);
            _ = isPath ? FirewallFolder.Find(options.Firewall) : null;
            EvidenceFolder.Prepare(options.Out);
            OutputFile.Require("--json", options.Json);
            OutputFile.Require("--junit", options.JUnit);
            OutputFile.RequireApart(("--json", options.Json), ("--junit", options.JUnit));
            var usesContainers = options.Lab == LabKinds.Docker;
            if (usesContainers)
            {
                ContainerPrerequisites.RequireAsync(options.Firewall).GetAwaiter().GetResult();
            }

            return (ExitCode)Sandbox.Run(arguments, keepsProcessIds: usesContainers);
        }

        return options.Lab == LabKinds.Docker
            ? RunWithContainersAsync(options, scenarios).GetAwaiter().GetResult()
            : RunInside(options, scenarios, new NamespaceHosts(), FirewallFolder.Find(options.Firewall)).GetAwaiter().GetResult();
    }

    private static async Task<ExitCode> RunWithContainersAsync(VerifyOptions options, ImmutableArray<Scenario> scenarios)
    {
        using var engine = ContainerEngine.Open();
        await RemoveLeftoversAsync(engine);
        FirewallUnderTest? firewall = FirewallImage.NameOf(options.Firewall) is { } image
            ? new FirewallImage(image, engine)
            : FirewallFolder.Find(options.Firewall, BuiltinFirewall.ProgramInImage);
        try
        {
            return await RunInside(options, scenarios, new ContainerHosts(engine), firewall);
        }
        finally
        {
            // What a killed run had just asked for, the engine may have made after the first look.
            await RemoveLeftoversAsync(engine);
        }
    }

    private static async Task RemoveLeftoversAsync(ContainerEngine engine)
    {
        try
        {
            if (await engine.RemoveLeftoversAsync() is > 0 and var count)
            {
                Console.Error.WriteLine($"removed {count} containers that an earlier run left behind");
            }
        }
        catch (ContainerException exception)
        {
            // The scenarios will say so too; what is left waits for a run with an engine.
            Console.Error.WriteLine($"containers of earlier runs are not removed: {exception.Message}");
        }
    }

    private static async Task<ExitCode> RunInside(
        VerifyOptions options, ImmutableArray<Scenario> scenarios, IHostSource hosts, FirewallUnderTest? firewall)
    {
        using var interruption = new Interruption();
        var watch = Stopwatch.StartNew();
        var progress = new ProgressLines(scenarios.Length * options.Repeat);
        var settings = new RunSettings(Path.Combine(Sandbox.WorkFolder, "runs"), options.Out, hosts);
        var suite = new Suite(firewall, settings, progress.Report) { Named = options.Patterns };
        var proving = ProofSuite.RunAsync(firewall, scenarios, settings, interruption.Token);
        var results = await suite.RunAsync(scenarios, options.Repeat, interruption.Token);
        var proofs = await proving;
        proofs = [.. proofs, .. await ProofSuite.FollowUpAsync(firewall, proofs, results, settings, interruption.Token)];
        progress.End();

        var summaries = ScenarioSummary.Of(results);
        var failures = new VerifyReports(options, summaries, proofs, watch.Elapsed).WriteAll();
        foreach (var failure in failures)
        {
            Console.Error.WriteLine("leakverifier: " + failure);
        }

        var exitCode = interruption.Token.IsCancellationRequested
            ? ExitCode.Interrupted
            : ExitCodes.Of(ProofComparison.Overall(summaries, proofs));
        return ExitCodes.WithReports(exitCode, areWritten: failures.Count == 0);
    }

    private static ImmutableArray<Scenario> Select(IReadOnlyList<string> patterns, string lab, bool isImage)
    {
        bool IsPossible(Scenario scenario)
        {
            return isImage ? FirewallImage.CanRun(scenario) : lab == LabKinds.Docker || !scenario.UsesApplications;
        }

        foreach (var pattern in patterns)
        {
            if (!ScenarioCatalogue.All.Any(scenario => ScenarioCatalogue.IsMatch(pattern, scenario)))
            {
                throw new CommandException(ExitCode.Usage, $"--scenario {pattern}: no scenario is called so; 'leakverifier list' shows them");
            }
        }

        ImmutableArray<Scenario> possible = [.. ScenarioCatalogue.Matching(patterns).Where(IsPossible)];
        return possible.IsEmpty
            ? throw new CommandException(ExitCode.Usage, isImage
                ? $"--scenario {patterns[0]}: an image brings an OpenVPN client of its own; give openvpn-* scenarios in which it connects"
                : $"--scenario {patterns[0]}: real applications run in the Docker lab only; add --lab docker")
            : possible;
    }
}
