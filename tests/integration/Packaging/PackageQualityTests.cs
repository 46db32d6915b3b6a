// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Boot;
using LeakVerifier.IntegrationTests.Firewall;

namespace LeakVerifier.IntegrationTests.Packaging;

/// <summary>What Debian's and systemd's own checkers say.</summary>
public sealed class PackageQualityTests
{
    // In tenths: 2.0 of 10, "OK".
    private const int ExposureLimit = 20;

    [Test]
    public async Task Lintian_finds_nothing()
    {
        var run = await ProgramRun.FinishAsync(
            ProgramRun.Start("lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on", "error,warning", BootFiles.Package),
            limit: TimeSpan.FromMinutes(3));

        run.ExitCode.Should().Be(0, "{0}", run);
        run.Output.Should().BeEmpty();
    }

    [Test]
    public async Task Systemd_verifies_the_units_and_rates_their_exposure_low()
    {
        using var system = await InstalledSystem.CreateAsync();
        system.Give(BootFiles.Package);
        await system.RunAsync("DEBIAN_FRONTEND=noninteractive dpkg --force-depends --install /tmp/leakverifier_*.deb");

        foreach (var unit in new[] { "vpn-firewall.service" })
        {
            (await system.RunAsync($"systemd-analyze verify --man=no {unit}")).Should().BeEmpty("of {0}", unit);
            var rating = await system.TryRunAsync($"systemd-analyze security --offline=true --threshold={ExposureLimit} {unit}");
            rating.ExitCode.Should().Be(0, "{0} should be at most {1}: {2}", unit, ExposureLimit, rating);
            TestContext.Out.WriteLine(rating.Output.Trim().Split('\n')[^1]);
        }
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
