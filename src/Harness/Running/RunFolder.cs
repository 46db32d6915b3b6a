// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Running;

/// <summary>Where one run keeps what its lab needs, until the run ends.</summary>
internal sealed class RunFolder(RunSettings settings, string name) : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(settings.WorkFolder, name)).FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        // A firewall under test runs as root, and may have removed it.
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
