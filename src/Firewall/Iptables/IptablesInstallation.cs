// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Firewall.Iptables;

/// <summary>Which iptables this machine has.</summary>
/// <param name="Installed">The one that <c>iptables-restore</c> is; null: none.</param>
/// <param name="Other">The variant that is installed besides it; null: none.</param>
public sealed record IptablesInstallation(IIptables? Installed, IIptables? Other)
{
    /// <summary>Why nothing can be done without it.</summary>
    public const string Missing = "iptables-restore is missing: install iptables (Debian: apt-get install iptables)";

    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin", "/bin"];

    /// <summary>Looks for the programs.</summary>
    public static IptablesInstallation Find()
    {
        if (FolderOf("iptables-restore") is not { } folder)
        {
            return new IptablesInstallation(Installed: null, Other: null);
        }

        var variant = VariantOf(Path.Combine(folder, "iptables-restore"));
        return new IptablesInstallation(new IptablesPrograms(folder, "", variant), variant == IptablesVariant.Nft
            ? Named("-legacy", IptablesVariant.Legacy)
            : Named("-nft", IptablesVariant.Nft));
    }

    private static IptablesPrograms? Named(string suffix, IptablesVariant variant)
    {
        return FolderOf($"iptables{suffix}-restore") is { } folder ? new IptablesPrograms(folder, suffix, variant) : null;
    }

    private static string? FolderOf(string program)
    {
        return Folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, program)));
    }

    /// <summary>Its version tells: <c>iptables-restore v1.8.9 (nf_tables)</c>. Before 1.8 there was but one.</summary>
    private static IptablesVariant VariantOf(string program)
    {
        // The program that Debian's alternatives lead to says it without being run.
        var target = File.ResolveLinkTarget(program, returnFinalTarget: true)?.Name ?? "";
        if (target.StartsWith("xtables-", StringComparison.Ordinal))
        {
            return target.Contains("nft", StringComparison.Ordinal) ? IptablesVariant.Nft : IptablesVariant.Legacy;
        }

        using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
        var version = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return version.Contains("nf_tables", StringComparison.Ordinal) ? IptablesVariant.Nft : IptablesVariant.Legacy;
    }
}
