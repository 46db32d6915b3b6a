// SPDX-License-Identifier: GPL-3.0-or-later

using System.Xml.Linq;
using LeakVerifier.IntegrationTests.Traffic;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What is wrong is named, with the exit code of its kind; nothing is left behind.</summary>
public sealed class BadInputTests
{
    private static readonly string[] OneScenario = ["--scenario", "oob-sigkill"];

    [Test]
    public async Task An_up_that_fails_makes_the_scenario_inconclusive_and_its_last_words_are_the_reason()
    {
        using var firewall = TestFirewall.Of("echo 'Error: no such table' >&2; exit 3");

        var run = await RunAsync(firewall);

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Verdict.Should().Be("inconclusive");
        run.Report["oob-sigkill"].Reason.Should().Be("'up' of the firewall failed with exit code 3: Error: no such table");
    }

    [Test]
    public async Task An_up_that_removes_the_files_of_the_run_ends_in_a_verdict()
    {
        using var firewall = TestFirewall.Of($"'{TestFirewall.SealedUp}' && rm -rf /dev/shm/*");

        var run = await RunAsync(firewall);

        run.ExitCode.Should().BeLessThanOrEqualTo(2, "{0}", run);
        run.Error.Should().NotContain("internal error");
    }

    [Test]
    public async Task A_reload_that_fails_later_makes_the_scenario_inconclusive_and_is_counted()
    {
        using var firewall = TestFirewall.Of(
            $"exec '{TestFirewall.SealedUp}'",
            reload: "echo x >> /run/reloads; test $(wc -l < /run/reloads) -lt 3 || { echo 'no more' >&2; exit 4; }");

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-reload");

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-reload"].Reason.Should().Be("reload 3 of 100: 'reload' of the firewall failed with exit code 4: no more");
    }

    [Test]
    public async Task A_reload_that_fails_and_leaves_a_daemon_behind_is_not_waited_for()
    {
        using var firewall = TestFirewall.Of(
            $"exec '{TestFirewall.SealedUp}'", reload: "sleep 1000 & echo 'no more' >&2; exit 4");

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-reload");

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-reload"].Reason.Should().Be("reload 1 of 100: 'reload' of the firewall failed with exit code 4: no more");
    }

    [Test]
    public async Task A_reload_that_hangs_makes_the_scenario_inconclusive()
    {
        using var firewall = TestFirewall.Of($"exec '{TestFirewall.SealedUp}'", reload: "exec sleep 1000");

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-reload");

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-reload"].Reason.Should().Be("reload 1 of 100: 'reload' of the firewall did not return within 15 s");
    }

    [Test]
    public async Task An_up_that_hangs_makes_the_scenario_inconclusive_and_is_gone_afterwards()
    {
        using var firewall = TestFirewall.Of("sleep 1000");
        var marker = new ProcessMarker();

        var run = await VerifyRun.FinishAsync(VerifyRun.Start(marker, ["--firewall", firewall.Folder, .. OneScenario]));

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().Be("'up' of the firewall did not return within 15 s");
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
    }

    [Test]
    public async Task An_up_that_cannot_be_executed_makes_the_scenario_inconclusive()
    {
        using var firewall = TestFirewall.Of("#!/nowhere/interpreter\n");

        var run = await RunAsync(firewall);

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().StartWith("'up' of the firewall cannot be started: ")
            .And.EndWith("; its first line names '/nowhere/interpreter', which is not there");
    }

    [TestCase("#!/bin/sh\r\nexit 0\r\n", "CR LF")]
    [TestCase("exit 0\n", "its first line names no interpreter")]
    public async Task An_up_that_the_kernel_does_not_take_for_a_script_is_told_why(string text, string hint)
    {
        using var firewall = TestFirewall.Of("");
        await File.WriteAllTextAsync(Path.Combine(firewall.Folder, "up"), text);

        var run = await RunAsync(firewall);

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().StartWith("'up' of the firewall cannot be started: ").And.Contain(hint);
    }

    [Test]
    public async Task A_daemon_that_up_leaves_behind_holds_nothing_up_and_is_gone_afterwards()
    {
        using var firewall = TestFirewall.Of($"sleep 1000 &\nexec '{TestFirewall.SealedUp}'");
        var marker = new ProcessMarker();

        var process = VerifyRun.Start(marker, ["--firewall", firewall.Folder, .. OneScenario]);
        await Eventually.HoldsAsync(() => marker.Living().Should().Contain(command => command.Contains(" sleep 1000")));
        var run = await VerifyRun.FinishAsync(process);

        run.ExitCode.Should().Be(0, "{0}", run);
        await Eventually.HoldsAsync(() => marker.Living().Should().BeEmpty());
    }

    [Test]
    public async Task Colours_in_the_words_of_up_reach_neither_the_terminal_nor_the_reports()
    {
        using var firewall = TestFirewall.Of("printf '\\033[31mno\\033[0m\\001\\n' >&2; exit 1");
        var junit = Path.Combine(firewall.Folder, "junit.xml");

        var run = await VerifyRun.RunAsync(["--firewall", firewall.Folder, .. OneScenario, "--junit", junit]);

        run.ExitCode.Should().Be(2, "{0}", run);
        XDocument.Load(junit).Descendants("error").Should().NotBeEmpty()
            .And.OnlyContain(error => error.Attribute("message")!.Value.EndsWith("[31mno[0m"));
        run.Report["oob-sigkill"].Reason.Should().Contain("no").And.NotContain("\e").And.NotContain("\u0001");
    }

    [TestCase("nowhere", "no such folder")]
    [TestCase("empty", "has no 'up'")]
    [TestCase("plain", "'up' is not executable; chmod +x")]
    public async Task A_folder_that_is_no_firewall_ends_with_65(string name, string message)
    {
        using var firewall = TestFirewall.Of(null);
        Directory.CreateDirectory(Path.Combine(firewall.Folder, "empty"));
        Directory.CreateDirectory(Path.Combine(firewall.Folder, "plain"));
        await File.WriteAllTextAsync(Path.Combine(firewall.Folder, "plain", "up"), "#!/bin/sh\n");

        var run = await VerifyRun.RunAsync("--firewall", Path.Combine(firewall.Folder, name));

        run.ExitCode.Should().Be(65, "{0}", run);
        run.Error.Should().Contain(message);
        run.Output.Should().BeEmpty();
    }

    [Test]
    public async Task An_unknown_scenario_ends_with_64()
    {
        var run = await VerifyRun.RunAsync("--scenario", "oob-sigkil");

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Contain("oob-sigkil: no scenario is called so");
    }

    [Test]
    public async Task Another_user_than_root_is_told_so_with_77()
    {
        // A copy that everybody may execute, wherever the repository is.
        var folder = Directory.CreateTempSubdirectory("leakverifier-unprivileged-").FullName;
        try
        {
            var program = Path.Combine(folder, "leakverifier");
            File.Copy(VerifyRun.Program, program);
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED); // 0755
            File.SetUnixFileMode(program, (UnixFileMode)0x1ED);

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
                null, ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "verify"]));

            run.ExitCode.Should().Be(77, "{0}", run);
            run.Error.Should().Contain("run it as root");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("nft", "nft (package nftables)")]
    [TestCase("openvpn", "openvpn (package openvpn")]
    [TestCase("ip", "ip (package iproute2)")]
    public async Task A_program_that_is_missing_is_named_with_its_package_and_69(string missing, string message)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-path-").FullName;
        try
        {
            string[] programs = ["nft", "iptables", "openvpn", "ip", "setpriv"];
            foreach (var program in programs.Where(program => program != missing))
            {
                File.CreateSymbolicLink(Path.Combine(folder, program), Find(program));
            }

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
                null, ["env", "PATH=" + folder, VerifyRun.Program, "verify", "--firewall", "none"]));

            run.ExitCode.Should().Be(69, "{0}", run);
            run.Error.Should().Contain(message);
            run.Error.Split(" (package ").Should().HaveCount(2, "only one is missing");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_full_disk_is_named_and_a_leak_that_was_seen_stays_one()
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-full-").FullName;
        try
        {
            // A disk of its own, in a mount namespace that ends with the program.
            var script = $"mount -t tmpfs -o size=200k none {folder} && exec \"$0\" verify --firewall none --scenario oob-sigkill "
                + $"--out {folder}/evidence --json {folder}/report.json";

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(null, ["unshare", "--mount", "sh", "-c", script, VerifyRun.Program]));

            run.Output.Should().Contain("none: leak (1 leak)", "{0}", run);
            run.ExitCode.Should().Be(1, "{0}", run);
            run.Error.Should().Contain($"{folder}/report.json: the report cannot be written: No space left on device");
            run.Error.Should().Contain($"{folder}/evidence/report.json: the report cannot be written: ", "each is told");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("--json", "/nowhere/report.json", "there is no folder /nowhere")]
    [TestCase("--junit", "/proc/report.xml", "/proc takes no new files")]
    [TestCase("--out", "/proc/evidence", "no folder can be made there")]
    public async Task A_place_where_nothing_can_be_written_ends_with_64_before_anything_runs(string option, string path, string message)
    {
        var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
            null, [VerifyRun.Program, "verify", "--firewall", "none", .. OneScenario, option, path]));

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Contain($"{option} {path}: ").And.Contain(message);
        run.Output.Should().BeEmpty();
    }

    [TestCase("--json r --junit ../{0}/r", "--junit ../{0}/r: --json writes the same file; give each a file of its own")]
    [TestCase("--json r --junit -", "--junit -: standard output is for --json alone; give a file")]
    public async Task Reports_that_would_not_both_be_written_end_with_64(string options, string message)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-reports-");
        try
        {
            string Named(string text) => text.Replace("{0}", folder.Name, StringComparison.Ordinal);

            var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
                null, ["sh", "-c", $"cd {folder.FullName} && exec \"$0\" verify --firewall none {Named(options)}", VerifyRun.Program]));

            run.ExitCode.Should().Be(64, "{0}", run);
            run.Error.Should().Contain(Named(message));
            folder.EnumerateFiles().Should().BeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("--json /dev/full", "/dev/full: the report cannot be written: No space left on device")]
    [TestCase("--json - >/dev/full", "standard output cannot be written: No space left on device")]
    [TestCase(">&-", "standard output cannot be written: Bad file descriptor")]
    public async Task A_report_that_cannot_be_written_hides_neither_the_leak_nor_the_other_reports(string output, string message)
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-reports-").FullName;
        try
        {
            var run = await InShellAsync($"verify --firewall none --scenario oob-sigkill --junit {folder}/j.xml --out {folder}/evidence {output}");

            run.ExitCode.Should().Be(1, "{0}", run);
            run.Error.Should().Contain("leakverifier: " + message);
            XDocument.Load(Path.Combine(folder, "j.xml")).Descendants("failure").Should().NotBeEmpty();
            VerifyReport.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "evidence", "report.json"))).Verdict.Should().Be("leak");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("list >&-", 65, "standard output cannot be written: Bad file descriptor")]
    [TestCase("list --json >/dev/full", 65, "standard output cannot be written: No space left on device")]
    [TestCase("list <&-", 0, "")]
    [TestCase("explain nope 2>&-", 64, "")]
    [TestCase("verify --firewall none --scenario oob-sigkill 2>&-", 1, "")]
    [TestCase("verify --firewall none --scenario oob-sigkill <&- >&- 2>&-", 1, "")]
    public async Task Streams_that_are_closed_or_full_crash_nothing(string arguments, int exitCode, string message)
    {
        var run = await InShellAsync(arguments);

        run.ExitCode.Should().Be(exitCode, "{0}", run);
        run.Error.Contains(message, StringComparison.Ordinal).Should().BeTrue("{0}", run);
        run.Error.Should().NotContain("internal error");
    }

    [Test]
    public async Task A_folder_that_is_gone_is_named_where_a_path_is_relative_to_it()
    {
        var folder = Directory.CreateTempSubdirectory("leakverifier-gone-").FullName;

        var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(null,
            ["sh", "-c", $"cd {folder} && rmdir {folder} && exec \"$0\" verify --firewall none --json x.json", VerifyRun.Program]));

        run.ExitCode.Should().Be(64, "{0}", run);
        run.Error.Should().Be("leakverifier: --json x.json: the current folder is gone; change to another one, or give a full path\n");
    }

    [Test]
    public async Task A_variable_that_looks_like_the_sandbox_is_none()
    {
        var run = await VerifyRun.FinishAsync(VerifyRun.StartCommand(
            null, ["env", "LEAKVERIFIER_SANDBOX=1", VerifyRun.Program, "verify", "--firewall", "none", "--json", "-", .. OneScenario]));

        run.Report.Verdict.Should().Be("leak", "{0}", run);
    }

    private static Task<VerifyRun> InShellAsync(string arguments)
    {
        return VerifyRun.FinishAsync(VerifyRun.StartCommand(null, ["sh", "-c", $"exec \"$0\" {arguments}", VerifyRun.Program]));
    }

    private static string Find(string program)
    {
        string[] folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        return folders.Select(folder => Path.Combine(folder, program)).First(File.Exists);
    }

    private static Task<VerifyRun> RunAsync(TestFirewall firewall)
    {
        return VerifyRun.RunAsync(["--firewall", firewall.Folder, .. OneScenario]);
    }
}
