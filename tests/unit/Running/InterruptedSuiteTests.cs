// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Linux;
using LeakVerifier.Harness.Proofs;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.UnitTests.Running;

/// <summary>What a lab fails with while it is ended is its end, and no failure of the program.</summary>
public sealed class InterruptedSuiteTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("interrupted-suite-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_lab_that_fails_once_it_is_interrupted_is_skipped()
    {
        using var interrupt = new CancellationTokenSource();
        var suite = new Suite(null, Settings(interrupt), _ => { });

        var results = await suite.RunAsync([Evidence.Scenario()], 1, interrupt.Token);

        results.Should().ContainSingle().Which.Should().Match<ScenarioResult>(result =>
            result.Verdict == Verdict.Skipped && result.Reason == "interrupted");
    }

    [Test]
    public async Task A_lab_that_fails_by_itself_says_nothing()
    {
        var suite = new Suite(null, Settings(null), _ => { });

        var results = await suite.RunAsync([Evidence.Scenario()], 1, CancellationToken.None);

        results.Should().ContainSingle().Which.Verdict.Should().Be(Verdict.Inconclusive);
        results[0].Reason.Should().Contain("running 'ip -batch -': exit code 129");
    }

    [Test]
    public async Task A_proof_whose_lab_fails_once_it_is_interrupted_is_not_reported()
    {
        using var interrupt = new CancellationTokenSource();
        var firewall = new FirewallFolder("nobody's", _folder);

        var proofs = await ProofSuite.RunAsync(firewall, [Evidence.Scenario()], Settings(interrupt), interrupt.Token);

        proofs.Should().BeEmpty();
    }

    [Test]
    public async Task A_proof_whose_lab_fails_by_itself_says_why()
    {
        var firewall = new FirewallFolder("nobody's", _folder);

        var proofs = await ProofSuite.RunAsync(firewall, [Evidence.Scenario()], Settings(null), CancellationToken.None);

        proofs.Should().ContainSingle().Which.Problem.Should().Be("running 'ip -batch -': exit code 129");
    }

    private RunSettings Settings(CancellationTokenSource? interrupt) => new(_folder, null, new DyingHosts(interrupt));

    /// <summary>Hosts whose programs die of the interrupt that ends the labs.</summary>
    private sealed class DyingHosts(CancellationTokenSource? interrupt) : IHostSource
    {
        public int LabsPerCore => 1;

        public async Task<LabHost> StartAsync(HostRole role, bool hasPrograms, CancellationToken cancellation)
        {
            await (interrupt?.CancelAsync() ?? Task.CompletedTask);
            throw new CommandFailedException(new CommandResult("ip -batch -", 129, ""));
        }
    }
}
