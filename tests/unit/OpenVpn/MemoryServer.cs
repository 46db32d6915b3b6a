// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.Pki;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Server;
using LeakVerifier.OpenVpn.Sessions;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>The server's core without sockets, tun and threads, with a clock of its own.</summary>
internal sealed class MemoryServer : IFaultTarget, IDisposable
{
    private readonly EventLog _events = new(null);

    public MemoryServer(Func<OpenVpnServerOptions, OpenVpnServerOptions>? change = null)
    {
        Authority = CertificateAuthority.Create(TimeProvider.System);
        var options = new OpenVpnServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1194),
            Authority = Authority,
            Tunnel4 = IPNetwork.Parse("198.51.100.0/24"),
            Tunnel6 = IPNetwork.Parse("2001:db8:100::/64"),
            WrappingKey = StaticKey.Generate(),
            Time = Time,
        };
        Options = change is null ? options : change(options);
        Core = new ServerCore(Options, _events, this);
    }

    public ManualTime Time { get; } = new();

    public CertificateAuthority Authority { get; }

    public OpenVpnServerOptions Options { get; }

    public ServerCore Core { get; }

    public IReadOnlyList<Session> Sessions => Core.Sessions;

    public IEnumerable<ServerEventKind> Kinds => _events.Snapshot().Select(happened => happened.Kind);

    /// <summary>What scripts asked of the sockets.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Gives the server a packet.</summary>
    /// <returns>The IP packet that it passed on; empty for none.</returns>
    public byte[] Receive(Peer peer, ReadOnlySpan<byte> packet)
    {
        var payload = new byte[Math.Max(packet.Length, 1)];
        lock (Core.Gate)
        {
            return payload[..Core.Receive(peer, packet, payload)];
        }
    }

    public TunnelAccount ExportAccount() => Core.Context.Ledger.Export(Options.Wrapping, Options.WrappingKey);

    public void Forget(Session session) => Core.End(session, "forgotten");

    public bool Disconnect(Session session, bool isReset)
    {
        Asked.Add(isReset ? "rst" : "fin");
        return true;
    }

    public void Close() => Asked.Add("close");

    public bool Reopen(IPAddress? address)
    {
        Asked.Add($"reopen {address}".TrimEnd());
        return true;
    }

    public void ShowCertificate(bool isForeign) => Asked.Add(isForeign ? "other" : "own");

    public void Report(Session? session, string text, bool hasHappened)
    {
        Core.Raise(hasHappened ? ServerEventKind.ActionDone : ServerEventKind.ActionMissed, session, text);
    }

    public void Dispose()
    {
        Core.Dispose();
        Authority.Dispose();
    }
}
