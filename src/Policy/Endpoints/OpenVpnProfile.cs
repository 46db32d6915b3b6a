// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// What OpenVPN calls a connection entry: one server, and how it is reached. It starts as a copy of the options that
/// precede it, and later options replace earlier ones.
/// </summary>
internal sealed record OpenVpnProfile
{
    private static readonly Dictionary<string, (TransportProtocol, AddressFamily)> Protocols = new(StringComparer.Ordinal)
    {
        ["udp"] = (TransportProtocol.Udp, AddressFamily.Unspecified),
        ["udp4"] = (TransportProtocol.Udp, AddressFamily.InterNetwork),
        ["udp6"] = (TransportProtocol.Udp, AddressFamily.InterNetworkV6),
        ["tcp"] = (TransportProtocol.Tcp, AddressFamily.Unspecified),
        ["tcp4"] = (TransportProtocol.Tcp, AddressFamily.InterNetwork),
        ["tcp6"] = (TransportProtocol.Tcp, AddressFamily.InterNetworkV6),
        ["tcp-client"] = (TransportProtocol.Tcp, AddressFamily.Unspecified),
        ["tcp4-client"] = (TransportProtocol.Tcp, AddressFamily.InterNetwork),
        ["tcp6-client"] = (TransportProtocol.Tcp, AddressFamily.InterNetworkV6),
    };

    /// <summary>The server; null: not named yet.</summary>
    public string? Host { get; init; }

    /// <summary>The option that named it.</summary>
    public OpenVpnOption? Remote { get; init; }

    public ushort Port { get; init; } = 1194; // OPENVPN_PORT, IANA's

    public TransportProtocol Protocol { get; init; } = TransportProtocol.Udp;

    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>The proxy that is asked to connect to the server; null: none.</summary>
    public OpenVpnProxy? Proxy { get; init; }

    /// <summary>The names of protocols that a client can have.</summary>
    public static string ProtocolNames => string.Join(", ", Protocols.Keys);

    public static bool TryProtocol(string name, out (TransportProtocol Protocol, AddressFamily Family) value)
    {
        return Protocols.TryGetValue(name, out value);
    }

    public static bool TryPort(string text, out ushort port)
    {
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;
    }

    /// <summary>The profile with a protocol. One without a family keeps the family, as in OpenVPN's "remote".</summary>
    public OpenVpnProfile WithRemoteProtocol((TransportProtocol Protocol, AddressFamily Family) value)
    {
        return this with
        {
            Protocol = value.Protocol,
            Family = value.Family == AddressFamily.Unspecified ? Family : value.Family,
        };
    }
}
