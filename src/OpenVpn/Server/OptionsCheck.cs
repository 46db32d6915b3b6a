// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>Refuses options that contradict each other before anything starts.</summary>
internal static class OptionsCheck
{
    /// <exception cref="ArgumentException">Says which option and what it may be.</exception>
    public static void Require(OpenVpnServerOptions options)
    {
        var isIPv4 = options.Tunnel4.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        Require(isIPv4 && options.Tunnel4.PrefixLength is >= 16 and <= 29, "Tunnel4 is an IPv4 network of /16 to /29");
        if (options.Tunnel6 is { } six)
        {
            var isIPv6 = six.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
            Require(isIPv6 && six.PrefixLength is >= 64 and <= 112, "Tunnel6 is an IPv6 network of /64 to /112");
        }

        Require(options.Wrapping == WrappingMode.None || options.WrappingKey is not null, "Wrapping needs a WrappingKey");
        Require(options.Ciphers.Count > 0, "Ciphers names at least one");
        Require(options.MaximumHalfOpen > 0 && options.MaximumSessions > 0, "MaximumHalfOpen and MaximumSessions are above 0");
        Require(
            options.RequireClientCertificate || options.CheckPassword is not null,
            "RequireClientCertificate or CheckPassword is set, otherwise anybody is let in");
    }

    private static void Require(bool isMet, string rule)
    {
        if (!isMet)
        {
            throw new ArgumentException(rule);
        }
    }
}
