// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Sessions;
using LeakVerifier.OpenVpn.Wire;
using LeakVerifier.OpenVpn.Wrapping;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// The server without its sockets: takes packets, holds the sessions, does what is due. Everything runs under
/// <see cref="Gate"/>, which the callers hold; only <see cref="Ring"/> takes it itself.
/// </summary>
internal sealed class ServerCore : ISessionObserver, IDisposable
{
    private readonly ServerContext _context;
    private readonly ScriptRunner _script;
    private readonly EventLog _events;
    private readonly List<Session> _sessions = [];
    private readonly Dictionary<InnerAddress, Session> _routes = [];

    public ServerCore(OpenVpnServerOptions options, EventLog events, IFaultTarget faults)
    {
        _events = events;
        var agenda = new Agenda(options.Time, Ring);
        var started = (uint)options.Time.GetUtcNow().ToUnixTimeSeconds();
        _context = new ServerContext
        {
            Options = options,
            Agenda = agenda,
            Pool = new AddressPool(options.Tunnel4, options.Tunnel6),
            Wrapping = ControlWrapping.Create(options.Wrapping, options.WrappingKey, started),
            Observer = this,
            Identity = Identities.Own(options),
            PingInterval = options.PingInterval,
        };
        _script = new ScriptRunner(options.Script, _context, faults);
    }

    /// <summary>The server's lock.</summary>
    public Lock Gate { get; } = new();

    public ServerContext Context => _context;

    public IReadOnlyList<Session> Sessions => _sessions;

    /// <summary>The lines of the script that were not carried out until now.</summary>
    public IEnumerable<string> OutstandingRules => _script.Outstanding.Select(rule => $"line {rule.Line}: {rule.Text}");

    /// <summary>Takes a packet that came from a peer.</summary>
    /// <param name="peer">Its sender.</param>
    /// <param name="packet">Any bytes.</param>
    /// <param name="payload">Where an IP packet goes: at least as long as the packet.</param>
    /// <returns>The length of the IP packet that it held; 0 for none.</returns>
    public int Receive(Peer peer, ReadOnlySpan<byte> packet, Span<byte> payload)
    {
        if (packet.Length > 0 && PacketHead.IsData(PacketHead.OpcodeOf(packet[0])))
        {
            return ReceiveData(peer, packet, payload);
        }

        if (packet.Length is > 0 and <= ControlPacket.MaximumLength
            && PacketHead.IsClientControl(PacketHead.OpcodeOf(packet[0]))
            && _context.Faults.Admits(PacketDirections.In, PacketKinds.Control))
        {
            ReceiveControl(peer, packet);
        }

        return 0;
    }

    /// <summary>Sends an IP packet to the client whose address it bears, if there is one.</summary>
    public void Forward(ReadOnlySpan<byte> packet)
    {
        if (IpPacket.TryReadDestination(packet, out var destination)
            && _routes.TryGetValue(destination, out var session))
        {
            session.Data.Send(packet);
        }
    }

    /// <inheritdoc/>
    public void Raise(ServerEventKind kind, Session? session, string detail = "")
    {
        _events.Add(new ServerEvent(
            kind, _context.Agenda.WallTime, session?.ClientId, session?.Peer.Remote, detail));
        if (kind is not (ServerEventKind.ActionDone or ServerEventKind.ActionMissed))
        {
            _script.On(kind, session);
        }
    }

    /// <inheritdoc/>
    public void Activate(Session session)
    {
        foreach (var address in session.Addresses)
        {
            _routes[address] = session;
        }

        // A client that connects anew takes its old session's place, as at a server without --duplicate-cn.
        var predecessors = _sessions.Where(other => other != session && other.IsUp && other.Name == session.Name);
        foreach (var old in predecessors.ToArray())
        {
            End(old, "the client connected anew");
        }
    }

    /// <inheritdoc/>
    public void End(Session session, string reason)
    {
        if (session.IsClosed)
        {
            return;
        }

        session.Dispose();
        _sessions.Remove(session);
        foreach (var address in session.Addresses)
        {
            if (_routes.GetValueOrDefault(address) == session)
            {
                _routes.Remove(address);
            }
        }

        session.Peer.Remove(session);
        if (session.Peer.Sessions.Count == 0)
        {
            session.Peer.Close(isReset: false);
        }

        Raise(ServerEventKind.SessionEnded, session, reason);
    }

    public void Dispose()
    {
        _context.Agenda.Dispose();
        foreach (var session in _sessions)
        {
            session.Dispose();
        }

        _sessions.Clear();
        _routes.Clear();
    }

    private static bool IsOpening(in ControlPacket packet)
    {
        // Clients of 2.6 may send a second reset, with packet id 1, before their ClientHello takes that id.
        return packet is { Opcode: Opcode.HardResetClient, PacketId: 0, KeyId: 0, Payload.Length: 0 }
            && packet.Sender.Value != 0;
    }

    private static int ReceiveData(Peer peer, ReadOnlySpan<byte> packet, Span<byte> payload)
    {
        if (DataPacket.TryParse(packet, out var parsed))
        {
            for (var i = 0; i < peer.Sessions.Count; i++)
            {
                if (peer.Sessions[i].Data.TryReceive(parsed, payload, out var length))
                {
                    return length;
                }
            }
        }

        return 0;
    }

    private void ReceiveControl(Peer peer, ReadOnlySpan<byte> packet)
    {
        Span<byte> plain = stackalloc byte[ControlPacket.MaximumLength];
        if (!_context.Wrapping.TryUnwrap(packet, plain, out var length)
            || !ControlPacket.TryParse(plain[..length], out var parsed))
        {
            return;
        }

        var session = peer.Find(parsed.Sender);
        if (session is null && IsOpening(parsed))
        {
            session = Open(peer, parsed.Sender);
        }

        if (session is { IsClosed: false } && (parsed.Opcode != Opcode.HardResetClient || IsOpening(parsed)))
        {
            session.Receive(parsed);
        }
    }

    private Session? Open(Peer peer, SessionId client)
    {
        var halfOpen = _sessions.Where(session => !session.IsUp).ToArray();
        if (halfOpen.Length >= _context.Options.MaximumHalfOpen)
        {
            End(halfOpen[0], "too many handshakes at once");
        }
        else if (_sessions.Count >= _context.Options.MaximumSessions)
        {
            return null;
        }

        var session = new Session(_context, peer, client);
        _sessions.Add(session);
        if (peer.Add(session) is { } crowdedOut)
        {
            End(crowdedOut, "too many handshakes from one client");
        }

        Raise(ServerEventKind.ClientReset, session);
        return session;
    }

    private void Ring()
    {
        lock (Gate)
        {
            var now = _context.Agenda.Now;
            _context.Agenda.Rung();
            var next = TimeSpan.MaxValue;
            foreach (var session in _sessions.ToArray())
            {
                if (!session.IsClosed)
                {
                    var due = session.Tick(now);
                    next = due < next ? due : next;
                }
            }

            _script.Tick(now);
            if (next < TimeSpan.MaxValue)
            {
                _context.Agenda.Schedule(next);
            }
        }
    }
}
