// SPDX-License-Identifier: GPL-3.0-or-later

using NUnit.Framework.Interfaces;

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>Settles the evidence of each test when it has ended.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class AttachTestEvidenceAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test) => TestEvidence.Settle(TestContext.CurrentContext.Result.FailCount > 0);
}
