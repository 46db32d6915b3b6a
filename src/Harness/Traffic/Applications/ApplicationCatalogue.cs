// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Traffic.Applications;

/// <summary>The applications: curl(1) with a download in progress, dig(1) over UDP and TCP, tor(1) as a client.</summary>
public static class ApplicationCatalogue
{
    /// <summary>The port of the download's server.</summary>
    public const int DownloadPort = 8080;

    private const string Nobody = "nobody";
    private const string NobodysGroup = "nogroup";
    private const string TorUser = "debian-tor";

    /// <summary>Bytes after which a download is in progress.</summary>
    private const int InProgress = 32 * 1024;

    /// <summary>
    /// Seconds after which a download is given up and begun anew, whether it stalls or not: curl notices a stall by an
    /// average over several seconds only.
    /// </summary>
    private const int LongestDownload = 3;

    /// <summary>All that run, each with a nonce of its own.</summary>
    public static IReadOnlyList<Application> For(ApplicationTargets targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var resolver = targets.Internet[0];
        return
        [
            .. targets.Internet.Select(Curl),
            Dig(resolver, ProbeProtocol.Udp, isLocal: false),
            Dig(resolver, ProbeProtocol.Tcp, isLocal: false),
            Dig(targets.LanResolver, ProbeProtocol.Udp, isLocal: true),
            Tor("tor-client-other-port", targets.Relay, targets.RelayFingerprint),
            Tor("tor-client-same-port", targets.RelayOnVpnPort, targets.RelayFingerprint),
        ];
    }

    /// <summary>A download from a server.</summary>
    private static Application Curl(IPAddress server)
    {
        var description = Describe("curl", Nobody, ProbeProtocol.Tcp, new IPEndPoint(server, DownloadPort));
        return new Application(
            description,
            $$"""
            while :; do
                echo {{Application.Try}}
                curl --silent --no-buffer --connect-timeout 1 --max-time {{LongestDownload}} 'http://{{description.Destination}}/{{description.Nonce}}' |
                    { [ "$(head -c {{InProgress}} | wc -c)" = {{InProgress}} ] && echo {{Application.Done}}; cat >/dev/null; }
                sleep 0.1
            done
            """,
            MustWork: true);
    }

    /// <summary>Queries to a resolver.</summary>
    /// <param name="resolver">Its address.</param>
    /// <param name="protocol">UDP or TCP.</param>
    /// <param name="isLocal">Whether it is on the local network, which is beside the tunnel.</param>
    private static Application Dig(IPAddress resolver, ProbeProtocol protocol, bool isLocal)
    {
        var name = protocol == ProbeProtocol.Tcp ? "dig-tcp" : "dig-udp";
        var description = Describe(isLocal ? name + "-lan" : name, Nobody, protocol, new IPEndPoint(resolver, 53));
        var option = protocol == ProbeProtocol.Tcp ? "+tcp" : "+notcp";
        return new Application(
            description,
            $"""
            while :; do
                echo {Application.Try}
                dig +tries=1 +time=1 {option} @{resolver} {description.Nonce}.example >/dev/null && echo {Application.Done}
                sleep 0.2
            done
            """,
            MustWork: !isLocal);
    }

    /// <summary>
    /// A Tor client whose bridge is on the VPN server's address. It starts anew every few seconds, since a client whose
    /// bridge cannot be reached waits longer and longer before it tries again.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="bridge">The bridge's address and port.</param>
    /// <param name="fingerprint">The bridge's fingerprint.</param>
    private static Application Tor(string name, IPEndPoint bridge, string fingerprint)
    {
        var description = Describe(name, TorUser, ProbeProtocol.Tcp, bridge);
        return new Application(
            description,
            $"""
            while :; do
                echo {Application.Try}
                timeout 3 tor {TorRelay.NoConfiguration} --DataDirectory /tmp/{name} --SocksPort auto \
                    --UseBridges 1 --Bridge '{bridge} {fingerprint}' |
                    sed --unbuffered --quiet '/(handshake_done)/s/.*/{Application.Done}/p'
                sleep 0.1
            done
            """,
            MustWork: false);
    }

    /// <summary>The group of a user.</summary>
    internal static string GroupOf(string user) => user == Nobody ? NobodysGroup : user;

    private static ProbeDescription Describe(string name, string user, ProbeProtocol protocol, IPEndPoint destination)
    {
        var family = destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "-v6" : "-v4";
        return new ProbeDescription(name + family, ProbeNonce.Create(), user, protocol, destination);
    }
}
