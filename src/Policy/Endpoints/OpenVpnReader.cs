// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// Reads from a client's OpenVPN configuration where it connects to, by which interface's name, and with which mark, as
/// OpenVPN 2.6 itself would (add_option of its options.c). Options that have no part in this are passed over; one that
/// might have and is not understood is an error.
/// </summary>
internal sealed class OpenVpnReader
{
    private const int MaximumDepth = 10; // max_recursive_levels of OpenVPN

    private static readonly string[] Suspicious = ["remote", "proxy", "proto"];

    private static readonly string[] Harmless =
    [
        "remote-random", "remote-cert-eku", "remote-cert-ku", "remote-cert-tls", "tls-remote", "persist-remote-ip",
        "protocol-flags", "http-proxy-option", "http-proxy-retry", "http-proxy-timeout", "http-proxy-user-pass",
        "socks-proxy-retry",
    ];

    private readonly List<ConfigurationProblem> _problems;
    private readonly List<OpenVpnOption> _remotes = [];
    private readonly List<OpenVpnProfile> _blocks = [];
    private readonly string _file;
    private string _folder;
    private OpenVpnProfile _defaults = new();
    private OpenVpnOption? _device;
    private OpenVpnOption? _mark;
    private OpenVpnOption? _randomised;
    private TransportProtocol? _forced;

    private OpenVpnReader(string file, List<ConfigurationProblem> problems)
    {
        _file = file;
        _folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        _problems = problems;
    }

    /// <summary>Reads a file and those that it includes, adding what is wrong to <paramref name="problems"/>.</summary>
    public static VpnConfiguration? Read(string file, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        var reader = new OpenVpnReader(file, problems);
        if (TextFile.Read(file, problems) is { } text)
        {
            reader.ReadOptions(file, text, depth: 1);
        }

        var servers = problems.Count == before ? reader.Servers() : [];
        Assignment?[] implied = [reader.Interface(), reader.Mark()];
        return problems.Count == before
            ? new VpnConfiguration(servers, [.. implied.OfType<Assignment>()], IsInKernel: false)
            : null;
    }

    private void ReadOptions(string file, string text, int depth)
    {
        foreach (var option in OpenVpnLines.Read(file, text, linesBefore: 0, _problems))
        {
            Take(option, depth);
        }
    }

    private void Take(OpenVpnOption option, int depth)
    {
        switch (option)
        {
            case { Name: "connection", Inline: not null }:
                ReadBlock(option);
                break;
            case { Name: "config", Inline: null }:
                Include(option, depth);
                break;
            case { Name: "cd", Inline: null, Parameters: [var folder] }:
                _folder = Path.GetFullPath(folder, _folder);
                break;
            case { Name: "remote", Inline: null }:
                Apply(_defaults, option); // says what is wrong; what is right is applied to the last defaults
                _remotes.Add(option);
                break;
            case { Name: "dev", Inline: null, Parameters: [_] }:
                _device = option;
                break;
            case { Name: "mark", Inline: null, Parameters: [_] }:
                _mark = option;
                break;
            case { Name: "remote-random-hostname" } or { Name: "setenv", Parameters: ["REMOTE_RANDOM_HOSTNAME"] }:
                _randomised = option;
                break;
            case { Name: "proto-force", Inline: null, Parameters: [var name] } when OpenVpnProfile.TryProtocol(name, out var forced):
                _forced = forced.Protocol;
                break;
            default:
                _defaults = Apply(_defaults, option);
                break;
        }
    }

    private void Include(OpenVpnOption option, int depth)
    {
        if (option.Parameters is not [var name] || depth == MaximumDepth)
        {
            _problems.Add(option.Problem(
                depth == MaximumDepth ? "files include each other too deeply" : "config needs the name of one file", "mend the line"));
            return;
        }

        var path = Path.GetFullPath(name, _folder);
        if (TextFile.Read(path, _problems) is { } text)
        {
            ReadOptions(path, text, depth + 1);
        }
    }

    private void ReadBlock(OpenVpnOption block)
    {
        var profile = _defaults;
        foreach (var option in OpenVpnLines.Read(block.File, block.Inline!, block.Line, _problems))
        {
            profile = Apply(profile, option);
        }

        if (profile.Host is null)
        {
            _problems.Add(block.Problem("the <connection> names no remote", "add 'remote 203.0.113.10 1194 udp'"));
        }

        _blocks.Add(profile);
    }

    /// <summary>The profile with an option that is allowed in a block and outside.</summary>
    private OpenVpnProfile Apply(OpenVpnProfile profile, OpenVpnOption option)
    {
        switch (option)
        {
            case { Name: "remote", Inline: null, Parameters.Count: >= 1 and <= 3 }:
                return Remote(profile, option);
            case { Name: "port" or "rport", Inline: null, Parameters: [var text] }:
                return OpenVpnProfile.TryPort(text, out var port) ? profile with { Port = port } : WrongPort(profile, option, text);
            case { Name: "proto", Inline: null, Parameters: [var name] }:
                return OpenVpnProfile.TryProtocol(name, out var value)
                    ? profile with { Protocol = value.Protocol, Family = value.Family }
                    : WrongProtocol(profile, option, name);
            case { Name: "http-proxy", Inline: null, Parameters.Count: >= 2 and <= 4 }:
            case { Name: "socks-proxy", Inline: null, Parameters.Count: >= 1 and <= 3 }:
                return Proxy(profile, option);
            default:
                Doubt(option);
                return profile;
        }
    }

    private OpenVpnProfile Remote(OpenVpnProfile profile, OpenVpnOption option)
    {
        profile = profile with { Host = option[0], Remote = option };
        if (option[1] is { } text)
        {
            profile = OpenVpnProfile.TryPort(text, out var port) ? profile with { Port = port } : WrongPort(profile, option, text);
        }

        return option[2] is not { } name ? profile
            : OpenVpnProfile.TryProtocol(name, out var value) ? profile.WithRemoteProtocol(value)
            : WrongProtocol(profile, option, name);
    }

    private OpenVpnProfile Proxy(OpenVpnProfile profile, OpenVpnOption option)
    {
        var isSocks = option.Name == "socks-proxy";
        if (profile.Proxy is { } other && other.IsSocks != isSocks)
        {
            _problems.Add(option.Problem("both an HTTP and a SOCKS proxy", "keep one: OpenVPN refuses two"));
        }

        var text = option[1] ?? "1080"; // SOCKS only
        return OpenVpnProfile.TryPort(text, out var port)
            ? profile with { Proxy = new OpenVpnProxy(option[0]!, port, isSocks, option) }
            : WrongPort(profile, option, text);
    }

    /// <summary>An option that is none of the above: it may be any other, but none that could name another server.</summary>
    private void Doubt(OpenVpnOption option)
    {
        var isOurs = option.Name is "port" or "rport" or "dev" or "mark" or "cd" or "config" or "connection"
            || Suspicious.Any(part => option.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
        if (isOurs && !Harmless.Contains(option.Name))
        {
            _problems.Add(option.Problem(
                $"'{option.Name}' can change where OpenVPN connects to, and is not understood in this form",
                "remove it, or list the servers in VPN_SERVERS instead of reading this file"));
        }
        else if (option is { Name: "setenv", Parameters: ["GENERIC_CONFIG", ..] })
        {
            _problems.Add(option.Problem("this is a template, which OpenVPN refuses", "ask for the configuration itself"));
        }
    }

    private OpenVpnProfile WrongPort(OpenVpnProfile profile, OpenVpnOption option, string text)
    {
        _problems.Add(option.Problem($"'{text}' is no port", "write a number from 1 to 65535"));
        return profile;
    }

    private OpenVpnProfile WrongProtocol(OpenVpnProfile profile, OpenVpnOption option, string name)
    {
        _problems.Add(option.Problem($"'{name}' is no protocol of a client", $"write one of {OpenVpnProfile.ProtocolNames}"));
        return profile;
    }

    /// <summary>Where it connects to. Remotes outside of blocks count only where there is no block, as in OpenVPN.</summary>
    private ImmutableArray<DeclaredServer> Servers()
    {
        var before = _problems.Count;
        var profiles = _blocks.Count > 0 ? _blocks : [.. _remotes.Select(remote => Remote(_defaults, remote))];
        ImmutableArray<DeclaredServer> servers =
            [.. profiles.Where(profile => _forced is null || profile.Protocol == _forced).Select(Server).OfType<DeclaredServer>()];
        if (servers.IsEmpty && _problems.Count == before)
        {
            _problems.Add(new(_file, 0, "the file names no remote", "is it a client's configuration? Or list the servers in VPN_SERVERS"));
        }

        return servers;
    }

    private DeclaredServer? Server(OpenVpnProfile profile)
    {
        var remote = profile.Remote!;
        if (profile.Proxy is { } proxy)
        {
            if (profile.Protocol == TransportProtocol.Udp)
            {
                _problems.Add(proxy.Option.Problem(
                    proxy.IsSocks ? "a SOCKS proxy relays UDP by an address that only it knows" : "an HTTP proxy carries no UDP",
                    "use proto tcp"));
                return null;
            }

            var (file, line) = (proxy.Option.File, proxy.Option.Line);
            return new(proxy.Host, proxy.Port, TransportProtocol.Tcp, AddressFamily.Unspecified, file, line);
        }

        if (_randomised is not null && !IPAddress.TryParse(profile.Host, out _))
        {
            _problems.Add(_randomised.Problem(
                $"OpenVPN asks for a random name below {profile.Host}, whose address nobody knows before", "remove the option"));
        }

        return new(profile.Host!, profile.Port, profile.Protocol, profile.Family, remote.File, remote.Line);
    }

    /// <summary>
    /// The interface's name. Where the number is left to the kernel it is the first free one, and so 0 on a machine
    /// with one VPN; another is not let through, rather than everybody's.
    /// </summary>
    private Assignment? Interface()
    {
        return _device?[0] switch
        {
            null or "null" => null,
            "tun" or "tap" => Implies(ConfigurationKeys.VpnInterface, _device[0] + "0", _device),
            var name => Implies(ConfigurationKeys.VpnInterface, name!, _device),
        };
    }

    private Assignment? Mark()
    {
        if (_mark is null)
        {
            return null;
        }

        var isNumber = uint.TryParse(_mark[0], NumberStyles.None, CultureInfo.InvariantCulture, out var mark);
        if (!isNumber || mark > int.MaxValue)
        {
            _problems.Add(_mark.Problem($"'{_mark[0]}' is no mark", "write a decimal number, as OpenVPN reads it"));
        }

        return isNumber && mark != 0 ? Implies(ConfigurationKeys.TunnelMark, _mark[0]!, _mark) : null;
    }

    private static Assignment Implies(string key, string value, OpenVpnOption option) => new(key, value, option.File, option.Line);
}
