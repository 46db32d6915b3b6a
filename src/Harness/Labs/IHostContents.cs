// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Labs;

/// <summary>What a host has besides its network: files and programs of its own.</summary>
internal interface IHostContents : IAsyncDisposable
{
    /// <summary>Where programs see the host's files and have the host's privileges.</summary>
    NamespaceThread Programs { get; }

    /// <summary>Copies a file or a folder of the harness to the same path on the host.</summary>
    Task CopyAsync(string path);
}
