// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Proving;

namespace LeakVerifier.IntegrationTests.Prover;

/// <summary>What sends frames past every rule is looked for on the machine, and each thing found forbids the word proved.</summary>
public sealed class MachineSurveyTests
{
    private const string Closed = "table inet wall {\n chain out {\n type filter hook output priority 0; policy drop;\n }\n"
        + " chain through {\n type filter hook forward priority 0; policy drop;\n }\n}\n";

    [Test]
    public void Where_nothing_stands_in_the_way_the_rules_are_proved()
    {
        using var lab = new PacketLab();

        var result = Prove();

        result.Verdict.Should().Be(Verdict.Proved, result.Reason);
        result.Obstacles.Should().BeEmpty();
    }

    [Test]
    public void A_filter_of_traffic_control_that_redirects_is_named()
    {
        using var lab = new PacketLab();
        Run("tc", "qdisc add dev eth0 clsact");
        Prove().Verdict.Should().Be(Verdict.Proved, "a hook without filters does nothing");
        Run("tc", "filter add dev eth0 egress protocol ip u32 match u32 0 0 action mirred egress redirect dev eth1");

        ShouldName("tc filters on eth0");
    }

    [Test]
    public void A_queueing_discipline_that_can_have_filters_is_named()
    {
        using var lab = new PacketLab();
        Run("tc", "qdisc add dev eth0 root handle 1: htb");

        ShouldName("htb on eth0");
    }

    [Test]
    public void A_BPF_program_of_traffic_control_that_tc_does_not_list_is_named()
    {
        using var lab = new PacketLab();
        using var link = BpfLink.OnTrafficControl(Kernel.IndexOf("eth0"));

        ShouldName("tcx");
    }

    [Test]
    public void An_XDP_program_is_named()
    {
        using var lab = new PacketLab();
        using var link = BpfLink.OnXdp(Kernel.IndexOf("eth1"));

        ShouldName("XDP program on eth1");
    }

    [Test]
    public void A_port_of_a_bridge_is_named()
    {
        using var lab = new PacketLab();
        Run("ip", "link add br0 type bridge");
        Run("ip", "link set eth1 master br0");

        ShouldName("eth1 is a port of a bridge");
    }

    [Test]
    public void A_device_whose_frames_a_program_writes_is_named()
    {
        using var lab = new PacketLab();
        Run("ip", "link add link eth0 name tap0 type macvtap");

        ShouldName("tap0 lets a program write frames");
    }

    [Test]
    public void A_child_of_a_device_in_another_namespace_is_named()
    {
        using var lab = new PacketLab();
        using var other = new OtherNamespace();
        Run("ip", string.Create(CultureInfo.InvariantCulture, $"link add link eth0 name mv0 netns {other.Process} type macvlan"));

        ShouldName("mv0 in the network namespace of process");
    }

    [Test]
    public void A_child_of_somebody_elses_device_says_nothing()
    {
        using var lab = new PacketLab();
        using var parents = new OtherNamespace();
        using var children = new OtherNamespace();
        Run("nsenter", string.Create(CultureInfo.InvariantCulture, $"--net=/proc/{parents.Process}/ns/net ip link add eth0 type veth peer eth1"));
        Run("nsenter", string.Create(
            CultureInfo.InvariantCulture,
            $"--net=/proc/{parents.Process}/ns/net ip link add link eth0 name mv0 netns {children.Process} type macvlan"));

        Prove().Obstacles.Should().BeEmpty();
    }

    private static void ShouldName(string obstacle)
    {
        var result = Prove();

        result.Verdict.Should().Be(Verdict.Inconclusive);
        result.Obstacles.Should().ContainSingle().Which.Should().Contain(obstacle);
    }

    private static ProofResult Prove()
    {
        PacketLab.Load(Closed).Should().BeTrue();
        return RulesetProver.Prove(PacketLab.Read(), PacketLab.Policy);
    }

    private static void Run(string program, string arguments)
    {
        var run = ToolRun.Of(program, arguments.Split(' '));
        run!.ExitCode.Should().Be(0, $"{program} {arguments}: {run.Errors}");
    }

    /// <summary>A network namespace that a process of its own lives in.</summary>
    private sealed class OtherNamespace : IDisposable
    {
        private readonly Process _process =
            System.Diagnostics.Process.Start(new ProcessStartInfo("unshare", ["--net", "cat"]) { RedirectStandardInput = true })!;

        public OtherNamespace()
        {
            var own = new FileInfo("/proc/thread-self/ns/net").LinkTarget;
            SpinWait.SpinUntil(() => new FileInfo($"/proc/{Process}/ns/net").LinkTarget is { } target && target != own);
        }

        public int Process => _process.Id;

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
