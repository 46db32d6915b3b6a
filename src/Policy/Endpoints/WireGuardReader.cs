// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// Reads from a file of wg-quick(8) where its peers are, and by which interface and mark they are reached. WireGuard's
/// packets are the kernel's: they have no user, so the mark tells them.
/// </summary>
internal sealed partial class WireGuardReader
{
    private const string DefaultMark = "51820"; // wg-quick's, where a default route is its to set and no FwMark is

    private readonly string _file;
    private readonly List<ConfigurationProblem> _problems;
    private readonly List<DeclaredServer> _servers = [];
    private (string Value, int Line)? _mark;
    private string _table = "auto";
    private int _defaultRoute;

    private WireGuardReader(string file, List<ConfigurationProblem> problems)
    {
        _file = file;
        _problems = problems;
    }

    /// <summary>Reads a file, adding what is wrong to <paramref name="problems"/>.</summary>
    public static VpnConfiguration? Read(string file, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        var reader = new WireGuardReader(file, problems);
        if (TextFile.Read(file, problems) is { } text)
        {
            reader.ReadLines(text);
        }

        var implied = reader.Implied();
        if (problems.Count == before && reader._servers.Count == 0)
        {
            reader.Problem(0, "no [Peer] has an Endpoint", "add 'Endpoint = 203.0.113.10:51820', or list the servers in VPN_SERVERS");
        }

        return problems.Count == before ? new VpnConfiguration([.. reader._servers], implied, IsInKernel: true) : null;
    }

    private void ReadLines(string text)
    {
        var section = "";
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Split('#')[0].Trim();
            if (line.Length == 0)
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line is ['[', .., ']'])
            {
                section = line.ToUpperInvariant();
                if (section is not ("[INTERFACE]" or "[PEER]"))
                {
                    Problem(number, $"there is no section {line}", "the sections are [Interface] and [Peer]");
                }
            }
            else if (equals < 0 || section.Length == 0)
            {
                Problem(number, $"'{line}' is no setting of a section", "write KEY = VALUE below [Interface] or [Peer]");
            }
            else
            {
                Take(section, line[..equals].Trim().ToUpperInvariant(), line[(equals + 1)..].Trim(), number);
            }
        }
    }

    private void Take(string section, string key, string value, int line)
    {
        switch (section, key)
        {
            case ("[PEER]", "ENDPOINT"):
                AddServer(value, line);
                break;
            case ("[PEER]", "ALLOWEDIPS"):
                var isDefault = value.Split(',').Any(network => network.Trim().EndsWith("/0", StringComparison.Ordinal));
                _defaultRoute = isDefault ? line : _defaultRoute;
                break;
            case ("[INTERFACE]", "FWMARK"):
                _mark = (value, line);
                break;
            case ("[INTERFACE]", "TABLE"):
                _table = value;
                break;
            case ("[INTERFACE]", "PREUP" or "POSTUP") when SetsByCommand().IsMatch(value):
                Problem(line,
                    "the command sets an endpoint or a mark, which is not followed here", "set Endpoint or FwMark in the file");
                break;
        }
    }

    private void AddServer(string value, int line)
    {
        var colon = value.LastIndexOf(':');
        var host = colon < 0 ? "" : value[..colon].Trim();
        var isBracketed = host is ['[', .., ']'];
        host = isBracketed ? host[1..^1] : host;
        if (host.Length == 0 || host.Contains(':', StringComparison.Ordinal) != isBracketed
            || !OpenVpnProfile.TryPort(value[(colon + 1)..].Trim(), out var port))
        {
            Problem(line, $"'{value}' is no endpoint", "write 203.0.113.10:51820 or [2001:db8::10]:51820");
            return;
        }

        _servers.Add(new DeclaredServer(host, port, TransportProtocol.Udp, AddressFamily.Unspecified, _file, line));
    }

    private ImmutableArray<Assignment> Implied()
    {
        var name = Path.GetFileNameWithoutExtension(_file);
        List<Assignment> implied =
        [
            new(ConfigurationKeys.VpnInterface, name, _file, 0),
            new(ConfigurationKeys.VpnInterfaceKind, "wireguard", _file, 0),
        ];
        if (_mark is { } mark && !IsNone(mark.Value))
        {
            implied.Add(new(ConfigurationKeys.TunnelMark, mark.Value, _file, mark.Line));
        }
        else if (_defaultRoute > 0 && _table.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            implied.Add(new(ConfigurationKeys.TunnelMark, DefaultMark, _file, _defaultRoute));
        }

        return [.. implied];
    }

    /// <summary>Whether a mark is wg(8)'s way to say that there is none: <c>off</c>, in letters of any size, or 0 in any form.</summary>
    private static bool IsNone(string mark)
    {
        var digits = mark.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? mark[2..] : mark;
        var isNumber = uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        return mark.Equals("off", StringComparison.OrdinalIgnoreCase) || (isNumber && value == 0);
    }

    private void Problem(int line, string what, string mend) => _problems.Add(new(_file, line, what, mend));

    [GeneratedRegex(@"\bwg\s+set\b.*\b(endpoint|fwmark)\b")]
    private static partial Regex SetsByCommand();
}
