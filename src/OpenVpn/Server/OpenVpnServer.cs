// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Accounting;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Scripts;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// An OpenVPN server to which the unmodified client connects, and which can be made to fail in any way that a script
/// says. It serves from <see cref="Start"/> until it is disposed of.
/// </summary>
public sealed class OpenVpnServer : IDisposable
{
    private readonly OpenVpnServerOptions _options;
    private readonly ServerCore _core;
    private readonly EventLog _events;
    private readonly FaultTarget _faults;
    private readonly TunDevice _tun;
    private readonly IEndpoint _endpoint;
    private readonly Thread _forwarder;

    private OpenVpnServer(OpenVpnServerOptions options, IServerPlace place)
    {
        _options = options;
        _events = new EventLog(options.OnEvent);
        _faults = new FaultTarget(options);
        _core = new ServerCore(options, _events, _faults);
        _tun = place.OpenTun();
        _endpoint = options.Transport == Transport.Udp
            ? new UdpEndpoint(_core, place, packet => _tun.Write(packet))
            : new TcpEndpoint(_core, place, packet => _tun.Write(packet));
        _faults.Attach(_core, _endpoint);
        _forwarder = new Thread(Forward) { IsBackground = true, Name = "openvpn tun" };
    }

    /// <summary>Where it listens; a port of 0 in the options is filled in.</summary>
    public IPEndPoint Endpoint => _endpoint.Local;

    /// <summary>The name of its tun.</summary>
    public string TunName => _tun.Name;

    /// <summary>The events so far, oldest first.</summary>
    public IReadOnlyList<ServerEvent> Events => _events.Snapshot();

    /// <summary>Starts a server.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="place">Where its sockets and its tun are made.</param>
    /// <exception cref="ArgumentException">The options contradict each other; the message says which.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot listen there.</exception>
    /// <exception cref="TunException">The tun cannot be made.</exception>
    public static OpenVpnServer Start(OpenVpnServerOptions options, IServerPlace place)
    {
        OptionsCheck.Require(options);
        var server = new OpenVpnServer(options, place);
        try
        {
            lock (server._core.Gate)
            {
                server._endpoint.Open(options.Listen);
                server._forwarder.Start();
                server._core.Raise(ServerEventKind.Started, null, server.Endpoint.ToString());
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    /// <summary>Every event from the first one on, until the server is disposed of.</summary>
    public IAsyncEnumerable<ServerEvent> ReadEventsAsync(CancellationToken cancellation = default)
    {
        return _events.ReadAsync(cancellation);
    }

    /// <summary>Waits until an event has happened, at once if it already has.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="occurrence">The how-manieth one since the start, from 1.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">The server was disposed of before.</exception>
    public async Task<ServerEvent> WaitForAsync(
        ServerEventKind kind, int occurrence = 1, CancellationToken cancellation = default)
    {
        await foreach (var happened in ReadEventsAsync(cancellation).ConfigureAwait(false))
        {
            if (happened.Kind == kind && --occurrence == 0)
            {
                return happened;
            }
        }

        throw new InvalidOperationException($"the server stopped before {kind}");
    }

    /// <summary>Carries out an action of the script language now, for every session.</summary>
    /// <param name="action">What may follow <c>do</c> in a script.</param>
    /// <exception cref="FormatException">It is no action; the message says why.</exception>
    public void Inject(string action)
    {
        var parsed = ActionParser.Parse(action);
        lock (_core.Gate)
        {
            _faults.Report(null, action, parsed.Execute(new ActionScope(_core.Context, _faults, null)));
        }
    }

    /// <summary>
    /// What was asked of the server, by its script or by <see cref="Inject"/>, and has not happened until now: rules whose
    /// event did not come, actions that found nothing to act upon, packets that are still to be spoilt. In words.
    /// </summary>
    public IReadOnlyList<string> Outstanding
    {
        get
        {
            lock (_core.Gate)
            {
                return [.. _core.OutstandingRules, .. _faults.Missed, .. _core.Context.Faults.Outstanding];
            }
        }
    }

    /// <summary>
    /// What the packets sent to the server can be authenticated by. Take it when the capture is closed.
    /// </summary>
    public TunnelAccount ExportAccount()
    {
        lock (_core.Gate)
        {
            return _core.Context.Ledger.Export(_options.Wrapping, _options.WrappingKey);
        }
    }

    /// <summary>Stops at once, without telling the clients, and removes the tun.</summary>
    public void Dispose()
    {
        _events.Close();
        lock (_core.Gate)
        {
            _endpoint.Dispose();
            _core.Dispose();
        }

        _tun.Dispose();
        if (_forwarder.IsAlive)
        {
            _forwarder.Join();
        }
    }

    private void Forward()
    {
        var packet = new byte[DataPacket.MaximumLength];
        try
        {
            int length;
            while ((length = _tun.Read(packet)) > 0)
            {
                lock (_core.Gate)
                {
                    _core.Forward(packet.AsSpan(0, length));
                }
            }
        }
        catch (TunException exception)
        {
            lock (_core.Gate)
            {
                _core.Raise(ServerEventKind.SessionEnded, null, exception.Message);
            }
        }
    }
}
