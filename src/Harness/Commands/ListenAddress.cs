// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.NetworkInformation;
using LeakVerifier.OpenVpn.Server;

namespace LeakVerifier.Harness.Commands;

/// <summary>Where <c>serve</c> listens, which is also where its client is told to connect to.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="Transport">UDP or TCP.</param>
internal sealed record ListenAddress(IPEndPoint EndPoint, Transport Transport)
{
    /// <summary>OpenVPN's port (IANA's registry of service names).</summary>
    private const int DefaultPort = 1194;

    /// <summary>Reads <c>ADDR:PORT/udp</c> or <c>[ADDR]:PORT/tcp</c>; null: this machine's first address.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static ListenAddress Parse(string? text)
    {
        if (text is null)
        {
            return new ListenAddress(new IPEndPoint(OwnAddress(), DefaultPort), Transport.Udp);
        }

        var slash = text.LastIndexOf('/');
        Transport? transport = text[(slash + 1)..] switch
        {
            "udp" => Transport.Udp,
            "tcp" => Transport.Tcp,
            _ => null,
        };
        var address = slash < 0 ? "" : text[..slash];
        var hasPort = address.LastIndexOf(':') > address.LastIndexOf(']') && address.Contains('.') != address.Contains('[');
        if (transport is null || !hasPort || !IPEndPoint.TryParse(address, out var endPoint))
        {
            throw Wrong(text, "write ADDR:PORT/udp or ADDR:PORT/tcp, IPv6 addresses in brackets");
        }

        return endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any)
            ? throw Wrong(text, "name the one address that the client is to connect to")
            : new ListenAddress(endPoint, transport.Value);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{EndPoint}/{(Transport == Transport.Udp ? "udp" : "tcp")}";

    private static IPAddress OwnAddress()
    {
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.GetAddressBytes().Length == 4 && !IPAddress.IsLoopback(address))
            ?? IPAddress.Loopback;
    }

    private static CommandException Wrong(string text, string mend)
    {
        return new CommandException(ExitCode.Usage, $"--listen {text}: no address to listen at; {mend}");
    }
}
