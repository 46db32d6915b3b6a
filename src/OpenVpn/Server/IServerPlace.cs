// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.OpenVpn.Tun;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// Where a server runs: makes what belongs to a network namespace there. The server calls it from any of its threads,
/// under its lock: it must not wait for a thread that may be calling the server.
/// </summary>
public interface IServerPlace
{
    /// <summary>
    /// Makes a socket in the server's namespace. The server sets its options, binds and disposes of it.
    /// </summary>
    Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol);

    /// <summary>
    /// Opens the server's tun in its namespace and sets it up: addresses, MTU, up. The server disposes of it.
    /// </summary>
    TunDevice OpenTun();
}
