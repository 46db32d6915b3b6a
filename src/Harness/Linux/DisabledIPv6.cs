// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Linux;

/// <summary>
/// Where a host has no IPv6, because somebody, such as a firewall under test, disabled it
/// (Documentation/networking/ip-sysctl.rst, disable_ipv6). The kernel then refuses addresses and routes, so a lab gives none.
/// </summary>
internal static class DisabledIPv6
{
    private const string OfInterfaces = "/proc/sys/net/ipv6/conf/";

    /// <summary>Whether an interface has none; of one that is not there yet, whether it will have none.</summary>
    /// <remarks>Of the namespace of the thread that asks.</remarks>
    public static bool IsOn(string link)
    {
        return Read(link) ?? Read("default") ?? false;
    }

    /// <summary>Whether a line for <c>ip -batch</c> needs it where it is disabled.</summary>
    public static bool IsNeededBy(string line)
    {
        var words = line.Split(' ');
        var device = Array.IndexOf(words, "dev") + 1;
        return device > 0 && device < words.Length && words.Any(IsIPv6) && IsOn(words[device]);
    }

    private static bool IsIPv6(string word)
    {
        return word.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(word.Split('/')[0], out _);
    }

    private static bool? Read(string link)
    {
        try
        {
            return File.ReadAllText($"{OfInterfaces}{link}/disable_ipv6").Trim() == "1";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
