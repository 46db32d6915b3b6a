// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.IntegrationTests.Firewall;

[assembly: LeakVerifier.IntegrationTests.Verify.AttachTestEvidence]

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>
/// What runs of <c>verify</c> keep while a test goes on: captures, rules, logs. It is attached to a test that fails, and
/// stays in <c>artifacts/test-evidence</c> then; of one that passes nothing stays.
/// </summary>
internal static class TestEvidence
{
    private static readonly Lock Gate = new();
    private static readonly List<string> OfThisTest = [];

    private static string Root => Path.Combine(VpnFirewall.Root, "artifacts", "test-evidence");

    /// <summary>A new folder, which its maker deletes or attaches.</summary>
    public static string CreateFolder()
    {
        return Directory.CreateDirectory(Path.Combine(Root, Guid.NewGuid().ToString("N")[..12])).FullName;
    }

    /// <summary>A new folder that belongs to the test that runs.</summary>
    public static string FolderOfThisTest()
    {
        var folder = CreateFolder();
        lock (Gate)
        {
            OfThisTest.Add(folder);
        }

        return folder;
    }

    /// <summary>Attaches all files of a folder to the test that runs.</summary>
    public static void Attach(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            TestContext.AddTestAttachment(file);
        }
    }

    /// <summary>Attaches, or forgets, what belongs to the test that ended.</summary>
    public static void Settle(bool hasFailed)
    {
        lock (Gate)
        {
            foreach (var folder in OfThisTest)
            {
                if (hasFailed)
                {
                    Attach(folder);
                }
                else
                {
                    Directory.Delete(folder, recursive: true);
                }
            }

            OfThisTest.Clear();
        }
    }
}
