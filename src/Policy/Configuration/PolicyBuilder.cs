// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using LeakVerifier.Policy.Endpoints;

namespace LeakVerifier.Policy.Configuration;

/// <summary>Turns assignments into a policy, collecting every error instead of stopping at the first.</summary>
internal sealed class PolicyBuilder
{
    private const string DefaultTunnelUser = "tunnel";

    private static readonly string[] TunnelStems = ["tun", "tap", "ppp", "wg"];

    private readonly Dictionary<string, Assignment> _values = new(StringComparer.Ordinal);
    private readonly List<ConfigurationProblem> _problems;
    private readonly List<ConfigurationProblem> _warnings = [];
    private readonly ConfigurationRequest _request;
    private ImmutableArray<PinnedHost> _hosts = [];
    private ImmutableArray<string> _vpnFiles = [];
    private bool _isNamedByFile; // the tunnel's interface: after a file of WireGuard's, whose name may end with a plus

    private PolicyBuilder(
        IEnumerable<Assignment> assignments, List<ConfigurationProblem> problems, ConfigurationRequest request)
    {
        _problems = problems;
        _request = request;
        foreach (var assignment in assignments)
        {
            if (ConfigurationKeys.All.Contains(assignment.Key))
            {
                _values[assignment.Key] = assignment;
            }
            else
            {
                problems.Add(assignment.Problem($"unknown key {assignment.Key}", Suggest(assignment.Key)));
            }
        }
    }

    public static ConfigurationResult Build(
        IReadOnlyCollection<Assignment> assignments,
        List<ConfigurationProblem> problems,
        ImmutableArray<string> files,
        ConfigurationRequest request)
    {
        var builder = new PolicyBuilder(assignments, problems, request);
        var policy = builder.Build();
        files = [.. files, .. builder._vpnFiles];
        return new ConfigurationResult(
            problems.Count == 0 ? policy : null,
            InOrder(problems, files),
            InOrder(builder._warnings, files),
            files)
        {
            Hosts = builder._hosts,
        };
    }

    private static ImmutableArray<ConfigurationProblem> InOrder(
        IEnumerable<ConfigurationProblem> problems, ImmutableArray<string> files)
    {
        return [.. problems.OrderBy(problem => files.IndexOf(problem.File)).ThenBy(problem => problem.Line)];
    }

    private EgressPolicy? Build()
    {
        var isMarkSet = IsSet(ConfigurationKeys.TunnelMark);
        var vpn = ReadVpnFiles();
        var tunnel = TunnelInterface();
        var kind = Single(ConfigurationKeys.VpnInterfaceKind, IdentityReaders.Kind);
        var identity = Identity(vpn.LacksMark);
        var servers = Servers(vpn);
        var networks = List(ConfigurationKeys.LocalNet, (a, word) => ValueReaders.Network(a, word, _problems, _warnings));
        var resolvers = List(ConfigurationKeys.LocalDns, (a, word) => Resolver(a, word, networks));
        var forwarding = Boolean(ConfigurationKeys.Forwarding);
        var management = List(
            ConfigurationKeys.SshFrom, (a, word) => ManagementReader.Read(a, word, _problems, _warnings));
        var dhcp = Boolean(ConfigurationKeys.Dhcp);
        var eapol = Boolean(ConfigurationKeys.Eapol);
        var interfaces = InternalInterfaces(tunnel);
        var clientDns = ClientDns(forwarding);
        var listed = _values.GetValueOrDefault(ConfigurationKeys.VpnServers);
        if (servers.IsEmpty && listed?.Words.Any() != true && _vpnFiles.IsEmpty)
        {
            _warnings.Add(new(listed?.File ?? "", listed?.Line ?? 0,
                $"VPN_SERVERS is {(listed is null ? "not set" : "empty")}: the VPN's process may reach any address in the clear",
                "list the VPN's servers, such as VPN_SERVERS=\"203.0.113.10:1194/udp\""));
        }

        WarnOfSharedServers(servers, networks);
        if (identity is { Cgroup: not null, User: null, Mark: null } && servers.IsEmpty)
        {
            _problems.Add(_values[ConfigurationKeys.TunnelCgroup].Problem(
                "TUNNEL_CGROUP alone, without VPN_SERVERS, cannot be asked where packets leave",
                "list the VPN's servers, or add TUNNEL_USER or TUNNEL_MARK"));
        }

        if (tunnel is null || identity is null)
        {
            return null;
        }

        vpn.Check(identity, isMarkSet);

        return new EgressPolicy
        {
            TunnelInterface = tunnel,
            TunnelInterfaceKind = kind,
            Identity = identity,
            Servers = servers,
            LocalNetworks = networks,
            LocalDns = resolvers,
            Management = management,
            AllowDhcp = dhcp,
            AllowEapol = eapol,
            Forwarding = forwarding,
            InternalInterfaces = forwarding ? interfaces : [],
            ClientDns = forwarding ? clientDns : [],
            LogRefused = Boolean(ConfigurationKeys.Log, byDefault: true),
        };
    }

    /// <summary>
    /// The VPN's own configurations. What they imply counts as if the configuration said it, unless it says something
    /// itself.
    /// </summary>
    private VpnFiles ReadVpnFiles()
    {
        ImmutableArray<VpnFile> named =
        [
            .. List(ConfigurationKeys.OpenVpnConfig, (a, word) => AbsolutePath(a, word, "/etc/openvpn/client.conf"))
                .Select(path => new VpnFile(path, IsWireGuard: false)),
            .. List(ConfigurationKeys.WireGuardConfig, (a, word) => AbsolutePath(a, word, "/etc/wireguard/wg0.conf"))
                .Select(path => new VpnFile(path, IsWireGuard: true)),
            .. _request.VpnFiles,
        ];
        var vpn = VpnFiles.Read(named, _problems);
        _vpnFiles = [.. named.Select(file => file.Path)];
        string[] keys = [ConfigurationKeys.VpnInterface, ConfigurationKeys.VpnInterfaceKind, ConfigurationKeys.TunnelMark];
        foreach (var key in keys.Where(key => !IsSet(key)))
        {
            if (vpn.Implied(key) is { } implied)
            {
                _values[key] = implied;
                _isNamedByFile |= key == ConfigurationKeys.VpnInterface && named.Contains(new VpnFile(implied.File, IsWireGuard: true));
            }
        }

        return vpn;
    }

    private string? AbsolutePath(Assignment assignment, string path, string example)
    {
        if (Path.IsPathFullyQualified(path))
        {
            return path;
        }

        _problems.Add(assignment.Problem($"{assignment.Key}: '{path}' is no absolute path", $"write {example}"));
        return null;
    }

    private ImmutableArray<ServerEndpoint> Servers(VpnFiles vpn)
    {
        var listed = List(ConfigurationKeys.VpnServers, (a, word) => ValueReaders.Server(a, word, _problems));
        var faults = new List<ConfigurationProblem>();
        var pinned = PinnedHosts.Read(_request.PinsPath, faults);
        var names = new HostNames(pinned, _request.LookUp, Boolean(ConfigurationKeys.Resolve), _request.IsLookUpAsked);
        ImmutableArray<ServerEndpoint> servers = [.. listed.Concat(vpn.Servers(names)).Distinct()];
        _problems.AddRange(names.NeedsPins ? faults : []);
        _hosts = names.Used;
        return servers;
    }

    /// <summary>What every program may reach, it may reach beside the VPN too.</summary>
    private void WarnOfSharedServers(ImmutableArray<ServerEndpoint> servers, ImmutableArray<LocalNetwork> networks)
    {
        foreach (var address in servers.Select(server => server.Address).Distinct())
        {
            if (networks.FirstOrDefault(local => local.Network.Contains(address)) is { } local)
            {
                _warnings.Add(_values[ConfigurationKeys.LocalNet].Problem(
                    $"{ConfigurationKeys.LocalNet}: {local} has the VPN's server {address}, so every program may reach it in the clear",
                    "name networks without it"));
            }
        }
    }

    private InterfacePattern? TunnelInterface()
    {
        if (!IsSet(ConfigurationKeys.VpnInterface))
        {
            return new InterfacePattern("tun0", IsPrefix: false);
        }

        var assignment = _values[ConfigurationKeys.VpnInterface];
        if (!InterfacePattern.TryParse(assignment.Value, out var pattern))
        {
            _problems.Add(assignment.Problem(
                $"VPN_INTERFACE: '{assignment.Value}' is no interface's name",
                _isNamedByFile
                    ? "rename the file: wg-quick gives its name to the interface, at most 15 characters"
                    : "write tun0, or tun+ for every name that begins with tun"));
            return null;
        }

        if (pattern.IsPrefix && _isNamedByFile)
        {
            _problems.Add(assignment.Problem(
                $"VPN_INTERFACE: {pattern} would mean every interface whose name begins with {pattern.Stem}",
                "rename the file, or set VPN_INTERFACE"));
            return null;
        }

        if (PhysicalNames.AreIn(pattern))
        {
            _problems.Add(assignment.Problem(
                $"VPN_INTERFACE: {pattern} means a physical interface (or loopback), which would open the machine",
                $"name the tunnel's own interface, such as {string.Join(", ", TunnelStems.Select(s => s + "0"))}"));
            return null;
        }

        return pattern;
    }

    /// <summary>The conjunction of what is set; the original's user where nothing is.</summary>
    /// <param name="lacksMark">Whether a mark is missing that a file should have told, which is wrong enough.</param>
    private TunnelIdentity? Identity(bool lacksMark)
    {
        var before = _problems.Count;
        var mark = Single(ConfigurationKeys.TunnelMark, IdentityReaders.Mark);
        var cgroup = Single(ConfigurationKeys.TunnelCgroup, IdentityReaders.Cgroup);
        var isOtherwiseKnown = lacksMark || _problems.Count > before || mark is not null || cgroup is not null;
        var user = isOtherwiseKnown && !IsSet(ConfigurationKeys.TunnelUser) ? null : User();
        if (_problems.Count > before)
        {
            return null;
        }

        if (user is { Uid: 0 } && !isOtherwiseKnown)
        {
            _warnings.Add(_values[ConfigurationKeys.TunnelUser].Problem(
                "TUNNEL_USER: every process of root may reach the VPN's servers in the clear",
                "run the VPN under a user of its own, or add TUNNEL_MARK or TUNNEL_CGROUP"));
        }

        return new TunnelIdentity(user, mark, cgroup);
    }

    private TunnelUser? User()
    {
        var assignment = IsSet(ConfigurationKeys.TunnelUser) ? _values[ConfigurationKeys.TunnelUser] : null;
        var name = assignment?.Value ?? DefaultTunnelUser;
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
        {
            if (uid != uint.MaxValue)
            {
                return new TunnelUser(uid, name);
            }
        }
        else if (_request.Users.Find(name) is { } found)
        {
            return new TunnelUser(found, name);
        }

        const string mend = "create it (useradd --system --no-create-home --shell /usr/sbin/nologin tunnel), or set TUNNEL_USER to a user's name or number";
        _problems.Add(assignment?.Problem($"TUNNEL_USER: there is no user '{name}'", mend)
            ?? new ConfigurationProblem("", 0, $"TUNNEL_USER is not set and there is no user '{name}'", mend));
        return null;
    }

    private ImmutableArray<InterfacePattern> InternalInterfaces(InterfacePattern? tunnel)
    {
        if (!IsSet(ConfigurationKeys.InternalInterface))
        {
            return [new InterfacePattern("eth1", IsPrefix: false)];
        }

        return List(ConfigurationKeys.InternalInterface, (a, word) =>
        {
            if (!InterfacePattern.TryParse(word, out var pattern))
            {
                _problems.Add(a.Problem($"INT_IF: '{word}' is no interface's name", "write eth1, or vif+ for every name that begins with vif"));
                return null;
            }

            if (pattern.Matches("lo"))
            {
                _problems.Add(a.Problem($"INT_IF: {pattern} means loopback", "name the clients' interface"));
                return null;
            }

            if (tunnel is not null && pattern.Overlaps(tunnel))
            {
                _problems.Add(a.Problem($"INT_IF: {pattern} is also the tunnel's interface ({tunnel})", "name the clients' interface"));
                return null;
            }

            return pattern;
        });
    }

    private IPAddress? Resolver(Assignment assignment, string word, ImmutableArray<LocalNetwork> networks)
    {
        if (ValueReaders.TryAddress(word, out var address))
        {
            var isLocal = PrivateNetworks.Contain(new IPNetwork(address, address.GetAddressBytes().Length * 8))
                || networks.Any(local => local.Network.Contains(address));
            if (!isLocal)
            {
                _warnings.Add(assignment.Problem(
                    $"{assignment.Key}: {address} is not on a local network, so every name looked up there is seen on the way",
                    "ask resolvers on the internet through the tunnel, which needs no entry"));
            }

            return address;
        }

        _problems.Add(assignment.Problem($"{assignment.Key}: '{word}' is no address", "write 192.168.1.1"));
        return null;
    }

    private ImmutableArray<IPAddress> ClientDns(bool forwarding)
    {
        var key = ConfigurationKeys.ClientDns;
        if (IsSet(key) && !forwarding)
        {
            _warnings.Add(_values[key].Problem($"{key} does nothing without FORWARDING=true", "remove it, or set both"));
        }

        var resolvers = List(key, (a, word) => ValueReaders.UnicastAddress(a, word, _problems));
        if (resolvers.GroupBy(address => address.AddressFamily).Any(family => family.Count() > 1))
        {
            _problems.Add(_values[key].Problem($"{key}: two resolvers of one family", "keep one of IPv4 and one of IPv6"));
        }

        return resolvers;
    }

    private bool IsSet(string key) => _values.TryGetValue(key, out var assignment) && assignment.Value.Length > 0;

    private bool Boolean(string key, bool byDefault = false)
    {
        return IsSet(key) ? ValueReaders.Boolean(_values[key], _problems) == true : byDefault;
    }

    private T? Single<T>(string key, Func<Assignment, List<ConfigurationProblem>, T?> read)
        where T : class
    {
        return IsSet(key) ? read(_values[key], _problems) : null;
    }

    private ImmutableArray<T> List<T>(string key, Func<Assignment, string, T?> read)
        where T : class
    {
        return _values.TryGetValue(key, out var assignment)
            ? [.. assignment.Words.Select(word => read(assignment, word)).OfType<T>().Distinct()]
            : [];
    }

    private static string Suggest(string key)
    {
        var known = ConfigurationKeys.All.FirstOrDefault(k => string.Equals(k, key, StringComparison.OrdinalIgnoreCase));
        return known is null ? $"the keys are {string.Join(", ", ConfigurationKeys.All)}" : $"write {known}";
    }
}
