// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>The programs of one variant of iptables.</summary>
/// <param name="folder">Where they are.</param>
/// <param name="suffix">What follows <c>iptables</c> in their names: nothing, <c>-nft</c> or <c>-legacy</c>.</param>
/// <param name="variant">Which variant they are.</param>
public sealed class IptablesPrograms(string folder, string suffix, IptablesVariant variant) : IIptables
{
    // Of xtables' own lock, for which the legacy variant waits; a bound, so that a start at boot cannot hang.
    private const string LockPatience = "10";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IptablesVariant Variant => variant;

    /// <inheritdoc/>
    public IptablesReply Save(IpFamily family, bool withCounters = false)
    {
        return Run(family, "save", withCounters ? ["--counters"] : [], input: null);
    }

    /// <inheritdoc/>
    public IptablesReply Restore(IpFamily family, string script)
    {
        return Run(family, "restore", ["--noflush", "--wait", LockPatience], script);
    }

    /// <inheritdoc/>
    public IptablesReply Test(IpFamily family, string script)
    {
        return Run(family, "restore", ["--test", "--noflush", "--wait", LockPatience], script);
    }

    private IptablesReply Run(IpFamily family, string verb, string[] arguments, string? input)
    {
        var program = $"{family.Program()}{suffix}-{verb}";
        var start = new ProcessStartInfo(Path.Combine(folder, program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            return Finish(process, program, input);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return new IptablesReply(false, "", $"{program} cannot be started: {exception.Message}");
        }
    }

    private static IptablesReply Finish(Process process, string program, string? input)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }

        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            return new IptablesReply(false, "", $"{program} did not end within {Patience.TotalSeconds:0} s");
        }

        var words = error.GetAwaiter().GetResult().Trim().ReplaceLineEndings(" ");
        return process.ExitCode == 0
            ? new IptablesReply(true, output.GetAwaiter().GetResult(), "")
            : new IptablesReply(false, "", words.Length > 0 ? words : $"{program} ended with exit code {process.ExitCode}");
    }
}
