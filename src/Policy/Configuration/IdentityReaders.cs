// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Policy.Configuration;

/// <summary>
/// Reads what the tunnel's packets and interface are known by. Each method returns the value, or null and says what is
/// wrong and how to mend it.
/// </summary>
internal static class IdentityReaders
{
    private const int MaximumPath = 255; // deeper than any that systemd makes; rules hold one in a line
    /// <summary>A mark and, behind a slash, its mask; hexadecimal or decimal.</summary>
    public static FirewallMark? Mark(Assignment assignment, List<ConfigurationProblem> problems)
    {
        var parts = assignment.Value.Split('/');
        var mask = uint.MaxValue;
        if (parts.Length > 2 || !TryNumber(parts[0], out var value) || (parts.Length == 2 && !TryNumber(parts[1], out mask)))
        {
            problems.Add(assignment.Problem(
                $"{assignment.Key}: '{assignment.Value}' is no mark", "write 0xca6c, or 0x10000/0xff0000 for some bits of it"));
            return null;
        }

        if (value == 0)
        {
            problems.Add(assignment.Problem(
                $"{assignment.Key}: every packet that nobody marked has the mark 0", "choose another mark, and give it to the VPN"));
            return null;
        }

        if ((value & ~mask) != 0)
        {
            problems.Add(assignment.Problem(
                $"{assignment.Key}: {assignment.Value} can match no packet: the mask lacks bits of the mark", "widen the mask"));
            return null;
        }

        return new FirewallMark(value, mask);
    }

    /// <summary>A control group's path below the root of cgroup version 2.</summary>
    public static string? Cgroup(Assignment assignment, List<ConfigurationProblem> problems)
    {
        var path = assignment.Value.Trim('/');
        var isWritable = path.Length is > 0 and <= MaximumPath && path.All(c => char.IsAscii(c) && !char.IsWhiteSpace(c));
        if (isWritable && path.Split('/').All(name => name is not ("" or "." or "..")))
        {
            return path;
        }

        problems.Add(assignment.Problem(
            $"{assignment.Key}: '{assignment.Value}' is no control group below the root",
            "write its path below /sys/fs/cgroup, such as vpn.slice"));
        return null;
    }

    /// <summary>A kind of link: a word of rtnetlink.</summary>
    public static string? Kind(Assignment assignment, List<ConfigurationProblem> problems)
    {
        var kind = assignment.Value;
        if (kind.Length <= InterfacePattern.MaximumLength && kind.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-'))
        {
            return kind;
        }

        problems.Add(assignment.Problem(
            $"{assignment.Key}: '{kind}' is no kind of link", "write tun, wireguard, ppp or ovpn ('ip -details link' shows it)"));
        return null;
    }

    private static bool TryNumber(string text, out uint number)
    {
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
