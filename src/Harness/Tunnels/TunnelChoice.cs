// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Firewalls;
using LeakVerifier.Harness.Judging;
using LeakVerifier.Harness.Labs;
using LeakVerifier.Harness.Scenarios;

namespace LeakVerifier.Harness.Tunnels;

/// <summary>A scenario's tunnel: how it is started, and who knows its packets, which the judge asks before it is up.</summary>
internal sealed class TunnelChoice
{
    private readonly Scenario _scenario;
    private readonly FirewallImage? _image;
    private readonly SocketTransport _sockets = new();
    private readonly OpenVpnSetUp _openVpn;
    private readonly AuthenticatedTransport _authenticated;

    /// <param name="scenario">Names the tunnel.</param>
    /// <param name="image">What brings the tunnel's client; null: nothing does.</param>
    public TunnelChoice(Scenario scenario, FirewallImage? image)
    {
        _scenario = scenario;
        _image = image;
        _openVpn = scenario.OpenVpn ?? new OpenVpnSetUp();
        _authenticated = new AuthenticatedTransport(
            _openVpn.Transport == OpenVpn.Server.Transport.Tcp ? OpenVpnTunnel.ClientTcpPort : null);
        Transport = scenario.Tunnel switch
        {
            TunnelKind.OutOfBand => new NoTransport(),
            TunnelKind.OpenVpn => _authenticated,
            TunnelKind.OpenVpnReal => _sockets,
            var other => throw new ArgumentOutOfRangeException(nameof(scenario), other, "no such tunnel"),
        };
    }

    /// <summary>Who knows the tunnel's packets.</summary>
    public ITransportOracle Transport { get; }

    /// <summary>The account of the wire; null where the tunnel has none.</summary>
    public AuthenticatedTransport? Account => Transport as AuthenticatedTransport;

    /// <summary>Starts the tunnel and waits until it is up.</summary>
    /// <exception cref="TunnelException">It did not come up.</exception>
    public async Task<ITunnel> StartAsync(HostLab lab, string folder, CancellationToken cancellation)
    {
        return _scenario.Tunnel switch
        {
            TunnelKind.OpenVpn => await OpenVpnTunnel.StartAsync(
                lab, folder, _openVpn, _authenticated, _image, cancellation),
            TunnelKind.OpenVpnReal => await OpenVpnRealTunnel.StartAsync(lab, folder, _sockets, cancellation),
            _ => await OutOfBandTunnel.StartAsync(lab, _scenario.Routes, cancellation),
        };
    }
}
