// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>Where consoles and captures of the machines are kept.</summary>
internal static class BootEvidence
{
    /// <summary>An empty folder.</summary>
    public static string Folder(string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.TestDirectory, "evidence", "boot", name);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        return Directory.CreateDirectory(path).FullName;
    }
}
