// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic.Services;

/// <summary>Sockets of the services.</summary>
internal static class ServiceSockets
{
    /// <summary>
    /// Opens a socket for each address, in the namespace of the thread. One for each, as an answer from a socket that
    /// is bound to no address may leave with another source than the one that was asked.
    /// </summary>
    /// <exception cref="SocketException">An address cannot be bound; nothing stays open.</exception>
    public static Task<List<Socket>> BindAsync(
        NamespaceThread thread, IEnumerable<IPEndPoint> endpoints, SocketType type, ProtocolType protocol)
    {
        return thread.RunAsync(() =>
        {
            var sockets = new List<Socket>();
            try
            {
                foreach (var endpoint in endpoints)
                {
                    var socket = new Socket(endpoint.AddressFamily, type, protocol);
                    sockets.Add(socket);
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                    socket.Bind(endpoint);
                }

                return sockets;
            }
            catch (SocketException)
            {
                sockets.ForEach(s => s.Dispose());
                throw;
            }
        });
    }

    /// <summary>Whether an exception says no more than that a socket or the service has ended.</summary>
    public static bool IsEnd(Exception exception)
    {
        return exception is SocketException or IOException or ObjectDisposedException or OperationCanceledException;
    }

    /// <summary>All combinations of addresses and ports.</summary>
    public static IEnumerable<IPEndPoint> Combine(IEnumerable<IPAddress> addresses, IEnumerable<int> ports)
    {
        return from address in addresses from port in ports select new IPEndPoint(address, port);
    }
}
