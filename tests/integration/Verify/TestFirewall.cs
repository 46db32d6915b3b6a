// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.IntegrationTests.Verify;

/// <summary>A firewall folder made for one test.</summary>
internal sealed class TestFirewall : IDisposable
{
    /// <summary>What is right: the rules of the example that is sealed.</summary>
    public static string SealedUp { get; } = Path.Combine(VerifyRun.Example("minimal-sealed"), "up");

    private TestFirewall()
    {
        Folder = Directory.CreateTempSubdirectory("leakverifier-firewall-").FullName;
    }

    public string Folder { get; }

    /// <summary>A firewall whose programs are lines of the shell; null: it has no such program.</summary>
    public static TestFirewall Of(string? up, string? reload = null, string? watch = null, string? stop = null)
    {
        var firewall = new TestFirewall();
        firewall.Put("up", up);
        firewall.Put("reload", reload);
        firewall.Put("watch", watch);
        firewall.Put("stop", stop);
        return firewall;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Put(string name, string? lines)
    {
        if (lines is null)
        {
            return;
        }

        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, lines.StartsWith("#!", StringComparison.Ordinal) ? lines : $"#!/bin/sh\n{lines}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
