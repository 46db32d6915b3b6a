// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>How to start this program once more.</summary>
public static class SelfProgram
{
    /// <summary>Program and leading arguments: the native program alone, or <c>dotnet</c> and the assembly.</summary>
    public static IReadOnlyList<string> Command { get; } = Find();

    private static string[] Find()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "leakverifier.dll")]
            : [program];
    }
}
