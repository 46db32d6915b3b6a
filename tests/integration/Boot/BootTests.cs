// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Judging;
using LeakVerifier.IntegrationTests.Verify;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>
/// A Debian as a user installs it, with Debian's own kernel, in a virtual machine: every frame that its network card sends
/// between power-on and power-off is held against the policy, and every frame of a second card, which appears when the
/// tunnel has died. The same system without the package is the control.
/// </summary>
public sealed class BootTests
{
    private const int Limit = 900_000; // Some two minutes on an idle machine without KVM.

    [Test]
    [CancelAfter(Limit)]
    public async Task From_power_on_to_power_off_nothing_leaves_but_what_the_policy_names(CancellationToken timeout)
    {
        var lives = await Task.WhenAll(
            LiveAsync("without", BootDisks.WithoutPackage, timeout), LiveAsync("with", BootDisks.WithPackage, timeout));
        var (without, with) = (lives[0], lives[1]);

        without.Course.Should().Contain("the tunnel carried from the first card").And.Contain("powering off");
        without.First.Judgement.LeakedFrames.Should().BePositive("the control must leak");
        without.First.Classes.Should().Contain(
            [LeakClass.Direct.Id, LeakClass.Dns.Id, LeakClass.Multicast.Id], "the sender and the system itself were able to");
        without.First.ToString().Should().Contain("192.0.2.50:9 > 203.0.113.80:9", "the sender's packet socket was able to");

        with.Course.Should().Contain("firewall active").And.Contain("watch active").And.Contain("openvpn runs as tunnel");
        with.Course.Should().Contain("the tunnel carried from the first card").And.Contain("the tunnel died from the first card");
        with.First.Judgement.Allowed.Should().ContainKey(AllowedReason.Transport).And.ContainKey(AllowedReason.Dhcp);
        ShouldBeSealed(with.First);

        var appears = $"the late card {NetworkCard.Late.Name} is up";
        without.Course.Should().Contain(appears).And.Contain("the tunnel carried from the late card");
        without.Late.Classes.Should().Contain(
            [LeakClass.Direct.Id, LeakClass.Dns.Id], "the control must leak from the late card too");
        without.Late.ToString().Should().Contain("192.0.2.50:9 > 203.0.113.80:9", "the sender's packet socket was able to");

        with.Course.Should().Contain("the watch took the late card in").And.Contain(appears);
        with.Course.Should().Contain("the tunnel carried from the late card").And.Contain("the tunnel died from the late card");
        with.Course.Should().Contain("powering off");
        with.Late.Judgement.Allowed.Should().ContainKey(AllowedReason.Transport);
        ShouldBeSealed(with.Late);
    }

    private static void ShouldBeSealed(CardLife life)
    {
        life.Capture.IsComplete.Should().BeTrue(life.Capture.ToString());
        life.Judgement.Judged.Should().Be(life.Recorded, "QEMU's own record of the card has as many frames");
        life.Judgement.LeakedFrames.Should().Be(0, life.ToString());
    }

    private static async Task<BootRun> LiveAsync(string name, string disk, CancellationToken timeout)
    {
        var run = await BootRun.ExecuteAsync(TestEvidence.FolderOfThisTest(), disk, timeout);
        await TestContext.Out.WriteLineAsync($"== {name} the package\n{run}\n");
        return run;
    }
}
