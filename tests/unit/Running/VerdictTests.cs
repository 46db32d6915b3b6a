// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Commands;
using LeakVerifier.Harness.Running;

namespace LeakVerifier.UnitTests.Running;

public sealed class VerdictTests
{
    [TestCase(Verdict.Sealed, Verdict.Sealed, Verdict.Sealed)]
    [TestCase(Verdict.Leak, Verdict.Sealed, Verdict.Leak)]
    [TestCase(Verdict.Leak, Verdict.Inconclusive, Verdict.Leak)]
    [TestCase(Verdict.Leak, Verdict.Skipped, Verdict.Leak)]
    [TestCase(Verdict.Inconclusive, Verdict.Sealed, Verdict.Inconclusive)]
    [TestCase(Verdict.Skipped, Verdict.Sealed, Verdict.Inconclusive)]
    [TestCase(Verdict.Skipped, Verdict.Skipped, Verdict.Inconclusive)]
    public void A_leak_beats_all_and_only_sealed_ones_are_sealed(Verdict one, Verdict other, Verdict both)
    {
        Verdicts.Worst([one, other]).Should().Be(both);
        Verdicts.Worst([other, one]).Should().Be(both);
    }

    [Test]
    public void Nothing_at_all_is_inconclusive()
    {
        Verdicts.Worst([]).Should().Be(Verdict.Inconclusive);
        Verdicts.Worst([Verdict.Sealed]).Should().Be(Verdict.Sealed);
    }

    [TestCase(Verdict.Sealed, "sealed", 0)]
    [TestCase(Verdict.Leak, "leak", 1)]
    [TestCase(Verdict.Inconclusive, "inconclusive", 2)]
    [TestCase(Verdict.Skipped, "skipped", 2)]
    public void Names_and_exit_codes_are_those_that_scripts_depend_on(Verdict verdict, string keyword, int exitCode)
    {
        verdict.Keyword().Should().Be(keyword);
        ((int)ExitCodes.Of(verdict)).Should().Be(exitCode);
    }
}
