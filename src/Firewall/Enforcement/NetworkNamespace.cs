// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Enforcement;

/// <summary>Which network namespace this process is in: rules are of one, while /run may be of several.</summary>
public static class NetworkNamespace
{
    /// <summary>Its inode's number (namespaces(7)); empty where there is no /proc.</summary>
    public static string Number
    {
        get
        {
            var name = new FileInfo("/proc/self/ns/net").LinkTarget ?? ""; // net:[4026531840]
            return new string([.. name.Where(char.IsAsciiDigit)]);
        }
    }
}
