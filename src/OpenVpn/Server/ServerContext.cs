// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.ControlChannel;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Sessions;
using LeakVerifier.OpenVpn.Tls;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>What a server's sessions share. Guarded by the server's lock.</summary>
internal sealed class ServerContext
{
    public required OpenVpnServerOptions Options { get; init; }

    public required Agenda Agenda { get; init; }

    public required AddressPool Pool { get; init; }

    public required ControlWrapping Wrapping { get; init; }

    /// <summary>Where events and the ends of sessions are told.</summary>
    public required ISessionObserver Observer { get; init; }

    public PacketFaults Faults { get; } = new();

    public AccountLedger Ledger { get; } = new();

    /// <summary>Changes to what clients are pushed, in the order in which scripts made them.</summary>
    public List<PushEdit> PushEdits { get; } = [];

    /// <summary>What the next handshake shows; a script may exchange it.</summary>
    public required TlsIdentity Identity { get; set; }

    /// <summary>Whether clients are never pushed their options.</summary>
    public bool WithholdsPush { get; set; }

    /// <summary>Whether a client's wish for new keys is not answered.</summary>
    public bool RefusesRenegotiation { get; set; }

    /// <summary>How long the server may be silent before it pings; null: for ever.</summary>
    public TimeSpan? PingInterval { get; set; }

    /// <summary>Room for one packet on its way out.</summary>
    public byte[] Outgoing { get; } = new byte[DataPacket.MaximumLength + DataPacket.Overhead];
}

/// <summary>Is told what happens in a session.</summary>
internal interface ISessionObserver
{
    /// <summary>
    /// Tells an event. A script's actions may be carried out, the session ended, before this returns.
    /// </summary>
    void Raise(ServerEventKind kind, Session? session, string detail = "");

    /// <summary>The session serves its client from now on: its addresses lead to it, its predecessors end.</summary>
    void Activate(Session session);

    /// <summary>The session is over.</summary>
    void End(Session session, string reason);
}
