// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// A thread inherits the namespaces of the one that starts it: what the runtime starts by itself must not end up in a lab.
/// </summary>
public sealed class RuntimeThreadsTests
{
    private const string OfALab = "capture lan0";

    [Test]
    public async Task The_threads_of_the_runtime_stay_outside_of_the_labs()
    {
        var marker = new ProcessMarker();
        var process = VerifyRun.Start(marker, "--scenario", "oob-sigkill");
        int? inside = null;
        await Eventually.HoldsAsync(() => (inside = marker.ChildOf(process.Id)).Should().NotBeNull());
        List<(string Name, string Place)> threads = [];
        await Eventually.HoldsAsync(() =>
        {
            threads = [.. ThreadsOf(inside!.Value)];
            threads.Select(thread => thread.Name).Should().Contain(OfALab);
        });

        var own = PlaceOf(Folder(inside!.Value));
        threads.Where(thread => thread.Name == OfALab).Should().OnlyContain(thread => thread.Place != own);
        var runtimes = threads.Where(thread => thread.Name.StartsWith(".NET ", StringComparison.Ordinal)).ToList();
        runtimes.Should().OnlyContain(thread => thread.Place == own);
        runtimes.Select(thread => thread.Name).Should().Contain([".NET TP Worker", ".NET Timer", ".NET Sockets"]);
        (await VerifyRun.FinishAsync(process)).Report.Scenarios.Should().ContainSingle().Which.Verdict.Should().Be("sealed");
    }

    private static string Folder(int process) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");

    private static string PlaceOf(string folder)
    {
        return string.Concat(new FileInfo($"{folder}/ns/net").LinkTarget, new FileInfo($"{folder}/ns/mnt").LinkTarget);
    }

    private static IEnumerable<(string Name, string Place)> ThreadsOf(int process)
    {
        foreach (var thread in Directory.GetDirectories($"{Folder(process)}/task"))
        {
            (string, string)? seen = null;
            try
            {
                seen = (File.ReadAllText($"{thread}/comm").TrimEnd(), PlaceOf(thread));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }

            if (seen is { } living)
            {
                yield return living;
            }
        }
    }
}
