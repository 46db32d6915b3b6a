// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Commands;
using LeakVerifier.UnitTests.Reports;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>A report that cannot be written takes none of the others along.</summary>
public sealed class VerifyReportsTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("verify-reports-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Each_report_is_written_whatever_becomes_of_the_others()
    {
        var junit = Path.Combine(_folder, "j.xml");
        Directory.CreateDirectory(Path.Combine(_folder, "junit.xml"));
        var options = new VerifyOptions("none", "netns", [], 1, "/dev/full", junit, _folder);

        var failures = new VerifyReports(options, HandMadeSuite.Summaries, [], TimeSpan.FromSeconds(1)).WriteAll();

        failures.Should().HaveCount(2);
        failures[0].Should().StartWith("/dev/full: the report cannot be written: No space left on device");
        failures[1].Should().StartWith($"{_folder}/junit.xml: the report cannot be written: ");
        new FileInfo(junit).Length.Should().BePositive();
        new FileInfo(Path.Combine(_folder, "report.json")).Length.Should().BePositive();
        new FileInfo(Path.Combine(_folder, "report.txt")).Length.Should().BePositive();
    }
}
