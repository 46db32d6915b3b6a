// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Sandboxing;

/// <summary>How to start this program once more.</summary>
public static class SelfProgram
{
    /// <summary>Program and leading arguments: the native program alone, or <c>dotnet</c> and the assembly.</summary>
    /// <remarks>
    /// Ask for it before any program is started in a container. <see cref="Environment.ProcessPath"/> is found out once, by
    /// whoever asks first, and Process.Start asks for each program that is named without a folder: a thread that has the
    /// container's files does not find this one, and from then on nobody does.
    /// </remarks>
    public static IReadOnlyList<string> Command { get; } = Find();

    private static string[] Find()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "leakverifier.dll")]
            : [program];
    }
}
