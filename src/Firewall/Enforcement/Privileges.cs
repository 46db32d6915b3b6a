// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>What this process may do.</summary>
public static class Privileges
{
    private const string Status = "/proc/self/status";
    private const string Effective = "CapEff:";
    private const int NetAdmin = 12; // CAP_NET_ADMIN of linux/capability.h

    /// <summary>Whether it may change the network's rules: effective CAP_NET_ADMIN (capabilities(7)).</summary>
    public static bool CanChangeRules()
    {
        if (!File.Exists(Status))
        {
            return Environment.IsPrivilegedProcess;
        }

        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Effective, StringComparison.Ordinal));
        var mask = line is null ? "" : line[Effective.Length..].Trim();
        return ulong.TryParse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var capabilities)
            && (capabilities >> NetAdmin & 1) == 1;
    }
}
