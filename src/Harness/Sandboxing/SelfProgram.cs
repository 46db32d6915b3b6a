// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>How to start this program once more.</summary>
public static class SelfProgram
{
    /// <summary>
    /// Program and leading arguments: the native program alone, or <c>dotnet</c> and the assembly. Asked first at the start, on the
    /// main thread: one that lives in a container may not find it.
    /// </summary>
    public static IReadOnlyList<string> Command { get; } = Find();

    private static string[] Find()
    {
        var program = Environment.ProcessPath ?? new FileInfo("/proc/self/exe").LinkTarget
            ?? throw new InvalidOperationException("this process has no path");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "leakverifier.dll")]
            : [program];
    }
}
