// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>The socket that a server listens on. Guarded by the server's lock.</summary>
internal interface IEndpoint : IDisposable
{
    /// <summary>Where it listens, its port filled in.</summary>
    IPEndPoint Local { get; }

    /// <summary>Listens, after <see cref="Close"/> too. Sessions are not touched.</summary>
    void Open(IPEndPoint local);

    /// <summary>Stops listening: the kernel answers with ICMP port unreachable, or RST, from now on.</summary>
    void Close();
}
