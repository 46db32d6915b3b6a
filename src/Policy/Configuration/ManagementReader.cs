// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Reads who may administer this machine in the clear: <c>192.168.1.0/24@eth0:22</c>.</summary>
internal static class ManagementReader
{
    private const string Form = "write 192.168.1.0/24@eth0:22: network, interface and port, all three";

    public static ManagementAccess? Read(
        Assignment assignment, string word, List<ConfigurationProblem> problems, List<ConfigurationProblem> warnings)
    {
        var at = word.IndexOf('@', StringComparison.Ordinal);
        var colon = word.LastIndexOf(':');
        if (at < 0 || colon < at)
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' names no interface and port", Form));
            return null;
        }

        var name = word[(at + 1)..colon];
        var isName = InterfacePattern.TryParse(name, out var pattern) && !pattern.IsPrefix && name != "lo";
        if (!isName
            || !ushort.TryParse(word[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
        {
            problems.Add(assignment.Problem($"{assignment.Key}: '{word}' names no interface and port", Form));
            return null;
        }

        if (port is 53 or 853)
        {
            problems.Add(assignment.Problem(
                $"{assignment.Key}: port {port} is DNS, which leaves by the tunnel only", "name the port of SSH"));
            return null;
        }

        return ValueReaders.Prefix(assignment, word[..at], problems, warnings) is { } network
            ? new ManagementAccess(network, name, port)
            : null;
    }
}
