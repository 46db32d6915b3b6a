// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>Runs scenarios once; each test of the fixture asserts one thing of the result.</summary>
public abstract class SuiteFixture
{
    /// <summary>The lab of network namespaces.</summary>
    protected const string Namespaces = "netns";

    /// <summary>The lab of containers.</summary>
    protected const string Containers = "docker";

    private readonly string[] _arguments;
    private string _evidence = "";

    private protected SuiteFixture(string lab, params string[] arguments)
    {
        _arguments = ["--lab", lab, .. arguments];
    }

    /// <summary>A command behind which the program runs; none: it runs by itself.</summary>
    private protected virtual IReadOnlyList<string> Behind => [];

    private protected VerifyRun Run { get; private set; } = null!;

    private protected VerifyReport Report { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task RunTheSuite()
    {
        _evidence = TestEvidence.CreateFolder();
        var begun = Stopwatch.GetTimestamp();
        Run = await VerifyRun.FinishAsync(
            VerifyRun.StartCommand(null, [.. Behind, VerifyRun.Program, "verify", "--json", "-", .. _arguments, "--out", _evidence]));
        await TestContext.Out.WriteLineAsync(
            $"{string.Join(' ', _arguments)}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s; the largest process of "
            + $"any run so far had {ResourceUsage.LargestChildKibibytes / 1024} MiB resident");
        Run.Output.Should().NotBeEmpty("there should be a report: {0}", Run);
        Report = Run.Report;
    }

    [TearDown]
    public void AttachEvidenceOfAFailure()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestEvidence.Attach(_evidence);
        }
    }

    [OneTimeTearDown]
    public void DropEvidenceOfSuccess()
    {
        if (TestContext.CurrentContext.Result.FailCount == 0 && Directory.Exists(_evidence))
        {
            Directory.Delete(_evidence, recursive: true);
        }
    }
}
