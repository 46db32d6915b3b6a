// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>The program's server alone, in a namespace that the test owns, with the real client in another one.</summary>
public sealed class ServeTests
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private DirectoryInfo _folder = null!;
    private VpnLab _lab = null!;

    [SetUp]
    public void MakeTheLab()
    {
        _folder = Directory.CreateTempSubdirectory("leakverifier-serve-");
        _lab = new VpnLab();
    }

    [TearDown]
    public void DropTheLab()
    {
        _lab.Dispose();
        _folder.Delete(recursive: true);
    }

    [TestCase("192.0.2.1:1194/udp")]
    [TestCase("192.0.2.1:443/tcp")]
    [TestCase("[2001:db8:1::1]:1194/udp")]
    [CancelAfter(120_000)]
    public async Task The_real_client_connects_with_the_configuration_and_the_script_restarts_it(
        string listen, CancellationToken timeout)
    {
        var profile = Path.Combine(_folder.FullName, "client.ovpn");
        using var serve = Start("when tunnel-up after 100 ms do restart", "--listen", listen, "--out", profile);
        (await UntilAsync(serve, " started ", timeout)).Should().NotBeNull();
        while (!File.Exists(profile) || !(await File.ReadAllTextAsync(profile, timeout)).EndsWith("</tls-crypt>\n", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        File.GetUnixFileMode(profile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, "it holds a private key");
        using var client = ClientProcess.Start(_lab.ClientHost, await File.ReadAllTextAsync(profile, timeout));
        await client.WaitUntilUpAsync(timeout);
        _lab.ClientHost.Execute("ping", "-c 1 -W 5 198.51.100.1").Should().Contain(" 0% packet loss");
        await client.WaitUntilUpAsync(timeout, times: 2);

        (await UntilAsync(serve, " done ", timeout)).Should().Contain("restart");
        (await InterruptAsync(serve, timeout)).Should().Be(130);
        _lab.ServerHost.Execute("ip", "link show").Should().NotContain("lvserve", "its tun is gone").And.Contain("eth0");
    }

    [Test]
    public async Task A_wrong_script_is_refused_with_place_and_mend_before_anything_starts()
    {
        using var serve = Start("# a comment\nwhen tunel-up do restart\nwhen started do explode", "--listen", "192.0.2.1:1194/udp");

        var run = await VerifyRun.FinishAsync(serve);

        run.ExitCode.Should().Be(65);
        run.Error.Should().MatchRegex("faults.txt:2: .*; ").And.MatchRegex("faults.txt:3: .*; ").And.NotContain(" started ");
        run.Output.Should().BeEmpty();
    }

    [Test]
    public async Task An_address_that_is_not_the_machines_is_refused_with_its_mend()
    {
        using var serve = Start("", "--listen", "192.0.2.99:1194/udp");

        var run = await VerifyRun.FinishAsync(serve);

        run.ExitCode.Should().Be(69);
        run.Error.Should().Contain("192.0.2.99:1194/udp: cannot listen").And.Contain("--listen");
    }

    private static async Task<string?> UntilAsync(Process serve, string word, CancellationToken timeout)
    {
        while (await serve.StandardError.ReadLineAsync(timeout) is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }

    private static async Task<int> InterruptAsync(Process serve, CancellationToken timeout)
    {
        // Not SIGINT: who runs the tests in the background may have it ignored, and children inherit that (signal(7)).
        using var kill = Process.Start("kill", ["-s", "TERM", serve.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(timeout);
        await serve.WaitForExitAsync(timeout).WaitAsync(EndLimit, timeout);
        return serve.ExitCode;
    }

    private Process Start(string script, params string[] arguments)
    {
        var path = Path.Combine(_folder.FullName, "faults.txt");
        File.WriteAllText(path, script);
        return _lab.ServerHost.Run(() => VerifyRun.StartCommand(
            null, [VerifyRun.Program, "serve", "--script", path, .. arguments]));
    }
}
