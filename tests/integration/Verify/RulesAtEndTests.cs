// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>What a firewall's later rules let out is found, although no probe of a scenario tries it.</summary>
public sealed class RulesAtEndTests
{
    private const string Opening = "nft insert rule inet example output udp dport 123 accept";

    [Test]
    public async Task A_watch_that_opens_what_was_closed_is_a_leak_and_the_packet_is_shown()
    {
        using var firewall = TestFirewall.Of(
            up: $"exec '{TestFirewall.SealedUp}'", watch: $"{Opening}\necho READY=1\nexec sleep infinity");

        await ShouldLeakAsync(firewall, "oob-sigkill", "host-udp-watched");
    }

    [Test]
    public async Task A_reload_that_opens_what_was_closed_is_a_leak_and_the_packet_is_shown()
    {
        using var firewall = TestFirewall.Of(up: $"exec '{TestFirewall.SealedUp}'", reload: $"'{TestFirewall.SealedUp}'\n{Opening}");

        await ShouldLeakAsync(firewall, "oob-reload", "host-udp-reloaded");
    }

    [Test]
    public async Task An_exception_that_holds_on_every_interface_is_a_leak()
    {
        // The policy binds the network to the physical interface.
        using var firewall = TestFirewall.Of($$"""
            '{{TestFirewall.SealedUp}}'
            for net in $LV_LOCAL_NET; do
                family=ip
                case $net in *:*) family=ip6 ;; esac
                nft insert rule inet example output meta l4proto udp $family daddr "$(echo "$net" | cut -d@ -f1)" udp dport != "{ 53, 853 }" accept
            done
            """);

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "lan-exceptions");

        var proof = run.Report.Proofs.Single(proof => proof.Id == "host-udp-exceptions");
        (run.ExitCode, proof.Answer, proof.Verdict).Should().Be((1, "leak", "leak"), "{0}", run);
        proof.Replays.Should().Contain(
            replay => replay.Outcome == "confirmed" && !replay.Packet.Contains("eth0", StringComparison.Ordinal),
            "it leaves by an interface that the exception is not for");
    }

    [Test]
    public async Task Rules_that_cannot_be_read_at_the_end_leave_the_scenario_inconclusive()
    {
        // From then on they change faster than anybody can list them.
        using var firewall = TestFirewall.Of(
            up: $"exec '{TestFirewall.SealedUp}'",
            watch: $$"""
                {{Opening}}
                nft add table inet churn
                while echo 'add chain inet churn c; delete chain inet churn c'; do :; done | nft -i >/dev/null &
                echo READY=1
                exec sleep infinity
                """);

        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", "oob-sigkill");

        run.ExitCode.Should().Be(2, "{0}", run);
        run.Report["oob-sigkill"].Reason.Should().StartWith("the rules at its end cannot be read: the rules changed during each");
    }

    private static async Task ShouldLeakAsync(TestFirewall firewall, string scenario, string proofId)
    {
        var run = await VerifyRun.RunAsync("--firewall", firewall.Folder, "--scenario", scenario);

        run.Report[scenario].Verdict.Should().Be("sealed", "no probe tries it");
        run.Report.Proofs.Single(proof => proof.Id == "host-udp").Answer.Should().Be("proved");
        run.Report.Disagreements.Should().ContainSingle().Which.Should().Contain(scenario).And.Contain("udp dport 123 accept");
        var later = run.Report.Proofs.Single(proof => proof.Id == proofId);
        (run.ExitCode, later.Answer, later.Verdict).Should().Be((1, "leak", "leak"), "{0}", run);
        later.Replays.Should().Contain(replay => replay.Outcome == "confirmed" && replay.Packet.Contains(":123", StringComparison.Ordinal));
    }
}
