// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>The package as a file.</summary>
public sealed class PackageQualityTests
{
    [Test]
    public async Task Lintian_finds_nothing()
    {
        var run = await ProgramRun.FinishAsync(
            ProgramRun.Start("lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on", "error,warning", BootFiles.Package));

        run.ExitCode.Should().Be(0, "{0}", run);
        run.Output.Should().BeEmpty();
    }

    [Test]
    public async Task The_same_programs_make_the_same_package()
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-deb-");
        var first = await File.ReadAllBytesAsync(await InstalledSystem.BuildAsync("0.0.1", folder.FullName));
        var second = await File.ReadAllBytesAsync(await InstalledSystem.BuildAsync("0.0.1", folder.FullName));
        folder.Delete(recursive: true);

        first.AsSpan().SequenceEqual(second).Should().BeTrue();
    }
}
