// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>Turns a server as a VPN names it into addresses that rules can hold.</summary>
internal static class ServerPinning
{
    private const int MaximumName = 253; // RFC 1035, section 2.3.4, without the root's dot

    /// <summary>The server's endpoints, or none, and what is wrong is added to <paramref name="problems"/>.</summary>
    public static IEnumerable<ServerEndpoint> Pin(DeclaredServer server, HostNames names, List<ConfigurationProblem> problems)
    {
        IReadOnlyList<IPAddress> addresses;
        if (ValueReaders.TryAddress(server.Host, out var literal))
        {
            addresses = [literal];
        }
        else if (!IsName(server.Host))
        {
            problems.Add(server.Problem(
                $"'{server.Host}' is neither an address nor a host's name", "write 203.0.113.10, 2001:db8::10 or vpn.example.org"));
            return [];
        }
        else
        {
            addresses = names.Find(server.Host, out var fault);
            if (fault is var (what, mend))
            {
                problems.Add(server.Problem(what, mend));
                return [];
            }
        }

        var usable = addresses
            .Where(address => server.Family is AddressFamily.Unspecified || address.AddressFamily == server.Family)
            .ToList();
        if (usable.Count == 0 || !usable.All(ValueReaders.IsUnicast))
        {
            problems.Add(server.Problem(
                usable.Count == 0
                    ? $"{server.Host} has no address of the family that the protocol names"
                    : $"{server.Host} is not the address of another host",
                "if a program on this machine carries the tunnel on, list its server in VPN_SERVERS and its user in TUNNEL_USER"));
            return [];
        }

        return usable.Select(address => new ServerEndpoint(address, server.Protocol, server.Port));
    }

    private static bool IsName(string host)
    {
        return host.Length is > 0 and <= MaximumName && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
    }
}
