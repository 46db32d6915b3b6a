// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text.Json;

namespace LeakVerifier.IntegrationTests.Docker;

/// <summary>Every scenario in containers, once, with its control run, against our own firewall.</summary>
[NonParallelizable]
public sealed class WholeSetTests
{
    private string _evidence = "";
    private ContainerVerify _run = null!;
    private TimeSpan _duration;

    [OneTimeSetUp]
    public async Task RunThemAll()
    {
        _evidence = Directory.CreateTempSubdirectory("leakverifier-docker-").FullName;
        var watch = Stopwatch.StartNew();
        _run = await ContainerVerify.RunAsync("--out", _evidence);
        _duration = watch.Elapsed;
    }

    [OneTimeTearDown]
    public void RemoveEvidence()
    {
        Directory.Delete(_evidence, recursive: true);
    }

    [Test]
    public void Every_scenario_is_sealed_for_our_own_firewall()
    {
        foreach (var id in _run.Scenarios.Keys.Where(id => !_run.Describe(id).StartsWith("sealed", StringComparison.Ordinal)))
        {
            AttachEvidence(id);
        }

        _run.Scenarios.Keys.Should().AllSatisfy(id => _run.Describe(id).Should().StartWith("sealed", id));
        _run.ExitCode.Should().Be(0, "{0}", _run);
    }

    [Test]
    public void There_are_at_least_25_scenarios_and_they_take_less_than_5_minutes()
    {
        _run.Scenarios.Should().HaveCountGreaterThanOrEqualTo(25);
        _duration.Should().BeLessThan(TimeSpan.FromMinutes(5));
    }

    [TestCase("apps-sigkill")]
    [TestCase("apps-tun-down")]
    [TestCase("apps-server-killed")]
    public void A_real_Tor_client_reaches_its_relay_in_the_clear_without_the_firewall_and_not_with_it(string id)
    {
        var probes = _run.Scenarios[id].GetProperty("probes").EnumerateArray()
            .Where(probe => probe.GetProperty("name").GetString()!.StartsWith("tor-client-", StringComparison.Ordinal))
            .ToList();

        probes.Should().HaveCount(2, "there is one for another port and one for the VPN's");
        foreach (var probe in probes)
        {
            Number(probe, "controlFrames").Should().BePositive();
            Number(probe, "leakedFrames").Should().Be(0);
            Number(probe, "attemptsSinceFault").Should().BePositive();
        }
    }

    [Test]
    public async Task No_container_of_the_run_is_left()
    {
        (await Engine.LabContainersAsync()).Should().BeEmpty();
    }

    private static long Number(JsonElement probe, string name) => probe.GetProperty(name).GetInt64();

    private void AttachEvidence(string id)
    {
        // The folder goes; what a failed test is read with stays with its result.
        var kept = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "evidence", id));
        foreach (var file in Directory.EnumerateFiles(_evidence, id + "*"))
        {
            var copy = Path.Combine(kept.FullName, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            TestContext.AddTestAttachment(copy);
        }
    }
}
