// SPDX-License-Identifier: GPL-3.0-or-later

using System.Xml.Linq;
using SharpPcap;
using SharpPcap.LibPcap;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What <c>--out</c>, <c>--json FILE</c> and <c>--junit FILE</c> keep of a run that is repeated.</summary>
public sealed class EvidenceFolderTests
{
    private static readonly string[] Runs =
        ["oob-sigkill", "oob-sigkill-control", "oob-sigkill-2", "oob-sigkill-2-control"];

    private const int ArmingSentinels = 20;

    private string _folder = "";
    private VerifyRun _run = null!;

    private string Out => Path.Combine(_folder, "out");

    [OneTimeSetUp]
    public async Task RunTwice()
    {
        _folder = Directory.CreateTempSubdirectory("leakverifier-test-").FullName;
        _run = await VerifyRun.RunAsync(
            "--firewall", VerifyRun.Example("ipv4-only"), "--scenario", "oob-sigkill", "--repeat", "2", "--out", Out,
            "--junit", Path.Combine(_folder, "junit.xml"));
        _run.ExitCode.Should().Be(1, "{0}", _run);
    }

    [OneTimeTearDown]
    public void Drop() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Runs))]
    public void Every_run_has_a_capture_that_libpcap_reads(string name)
    {
        Frames(name).Should().BeGreaterThan(100);
    }

    [Test]
    public void A_capture_has_every_frame_that_was_judged()
    {
        var scenario = _run.Report["oob-sigkill"];

        scenario.Protected!.CaptureFile.Should().Be(Path.Combine(Out, "oob-sigkill.pcap"));

        // Those by which a capture knows that it is armed come before the first that counts.
        Frames("oob-sigkill").Should().BeInRange(scenario.Captured, scenario.Captured + ArmingSentinels);
        Frames("oob-sigkill-control").Should().BeInRange(
            scenario.Control!.Captured, scenario.Control.Captured + ArmingSentinels);
    }

    [Test]
    public void The_reports_are_there_in_every_form_and_say_the_same()
    {
        File.ReadAllText(Path.Combine(Out, "report.json")).Should().Be(_run.Output);
        var junit = File.ReadAllText(Path.Combine(Out, "junit.xml"));
        junit.Should().Be(File.ReadAllText(Path.Combine(_folder, "junit.xml")));
        XDocument.Parse(junit).Descendants("failure").Select(failure => failure.Parent!.Attribute("name")!.Value)
            .Should().Contain("oob-sigkill").And.OnlyContain(name => name == "oob-sigkill" || name.Contains("host-udp"));
        File.ReadAllText(Path.Combine(Out, "report.txt")).Should()
            .Contain("oob-sigkill").And.Contain("LEAK").And.Contain("tcp-new").And.NotContain("\e");
    }

    [Test]
    public void Repetitions_are_counted()
    {
        var scenario = _run.Report["oob-sigkill"];

        (scenario.Runs, scenario.SealedRuns, scenario.Verdict).Should().Be((2, 0, "leak"));
    }

    [Test]
    public async Task A_folder_that_is_not_empty_is_refused_with_64_and_kept()
    {
        var before = Directory.GetFiles(Out).Length;

        var run = await VerifyRun.RunAsync("--firewall", "none", "--scenario", "oob-sigkill", "--out", Out);

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Contain("the folder is not empty");
        Directory.GetFiles(Out).Should().HaveCount(before);
    }

    private long Frames(string name)
    {
        using var device = new CaptureFileReaderDevice(Path.Combine(Out, name + ".pcap"));
        device.Open();
        var frames = 0L;
        while (device.GetNextPacket(out _) == GetPacketStatus.PacketRead)
        {
            frames++;
        }

        return frames;
    }
}
