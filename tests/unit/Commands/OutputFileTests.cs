// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Commands;

namespace LeakVerifier.UnitTests.Commands;

/// <summary>A report that cannot be written is refused before it is worked for, and touches nothing.</summary>
public sealed class OutputFileTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("output-file-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_file_in_a_folder_is_fine_and_not_there_before_it_is_written()
    {
        OutputFile.Require("--json", Path.Combine(_folder, "report.json"));

        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    [Test]
    public void A_file_that_is_there_keeps_what_it_holds()
    {
        var file = Path.Combine(_folder, "report.json");
        File.WriteAllText(file, "of another run");

        OutputFile.Require("--json", file);

        File.ReadAllText(file).Should().Be("of another run");
    }

    [Test]
    public void A_link_to_a_file_that_is_not_there_yet_is_fine()
    {
        var link = Path.Combine(_folder, "link.json");
        File.CreateSymbolicLink(link, "report.json");

        OutputFile.Require("--json", link);

        File.Exists(Path.Combine(_folder, "report.json")).Should().BeFalse();
    }

    [TestCase(null)]
    [TestCase("-")]
    [TestCase("/dev/null")]
    [TestCase("/dev/full")]
    public void What_is_no_file_to_be_made_is_fine(string? path)
    {
        OutputFile.Require("--json", path);
    }

    [TestCase("/nowhere/x/report.json", "there is no folder /nowhere/x")]
    [TestCase("/proc/report.json", "/proc takes no new files")]
    [TestCase("/tmp", "it is a folder")]
    public void What_cannot_be_written_is_named_with_its_mend(string path, string obstacle)
    {
        var require = () => OutputFile.Require("--junit", path);

        var refusal = require.Should().Throw<CommandException>().Which;
        refusal.ExitCode.Should().Be(ExitCode.Usage, "as a wrong --out is");
        refusal.Message.Should().MatchRegex($"^--junit {path}: the report cannot be written: {obstacle}; give a file in a folder that can be written$");
    }

    [Test]
    public void An_evidence_folder_that_cannot_be_made_is_named_with_its_mend()
    {
        var prepare = () => EvidenceFolder.Prepare("/proc/evidence");

        prepare.Should().Throw<CommandException>()
            .WithMessage("--out /proc/evidence: no folder can be made there; give a new folder, on a disk that can be written")
            .Which.ExitCode.Should().Be(ExitCode.Usage);
    }

    [TestCase(ExitCode.Leak, true, ExitCode.Leak)]
    [TestCase(ExitCode.Leak, false, ExitCode.Leak)]
    [TestCase(ExitCode.Done, true, ExitCode.Done)]
    [TestCase(ExitCode.Done, false, ExitCode.BadInput)]
    [TestCase(ExitCode.Inconclusive, false, ExitCode.BadInput)]
    [TestCase(ExitCode.Interrupted, false, ExitCode.Interrupted)]
    public void A_report_that_is_missing_hides_neither_a_leak_nor_an_interrupt(ExitCode verdict, bool areWritten, ExitCode exitCode)
    {
        ExitCodes.WithReports(verdict, areWritten).Should().Be(exitCode);
    }
}
