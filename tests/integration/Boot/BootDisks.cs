// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>The disks of the virtual machines: the same system without and with the package. Machines share them.</summary>
[SetUpFixture]
internal sealed class BootDisks
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("leakverifier-disks-");

    /// <summary>The image without the package.</summary>
    public static string WithoutPackage { get; } = Path.Combine(Folder.FullName, "without.img");

    /// <summary>The image with the package.</summary>
    public static string WithPackage { get; } = Path.Combine(Folder.FullName, "with.img");

    [OneTimeSetUp]
    public static async Task Make()
    {
        var client = Path.Combine(Folder.FullName, "client.ovpn");
        var settings = Path.Combine(Folder.FullName, "50_user.conf");
        await File.WriteAllTextAsync(client, BootNetwork.Profile());
        await File.WriteAllTextAsync(settings, BootNetwork.Configuration);
        string[] common = [BootFiles.Base, client, settings];
        await Task.WhenAll(MakeAsync([WithoutPackage, .. common]), MakeAsync([WithPackage, .. common, BootFiles.Package]));
    }

    [OneTimeTearDown]
    public static void Drop() => Folder.Delete(recursive: true);

    private static async Task MakeAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(BootFiles.Guest, "make-image.sh"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, "{0}{1}", await output, await error);
    }
}
