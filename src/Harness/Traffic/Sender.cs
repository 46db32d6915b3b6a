// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Somebody who sends what no ordinary program sends: from a socket of any kind, any bytes.</summary>
/// <param name="Name">Its name, unique within a run.</param>
/// <param name="Protocol">The protocol by which frames without its nonce are known to be its own.</param>
/// <param name="Destination">Where such frames go. For a neighbour who wants to be answered, that is where the answers
/// go.</param>
/// <param name="Socket">The socket that it sends from.</param>
/// <param name="Message">What it sends, given its nonce.</param>
internal sealed record Sender(
    string Name, ProbeProtocol Protocol, IPEndPoint Destination, SocketPlan Socket, Func<string, byte[]> Message)
{
    /// <summary>Where it sends to; null: to <see cref="Destination"/>.</summary>
    public IPEndPoint? To { get; init; }

    /// <summary>The interface that it sends frames on; null: it sends packets.</summary>
    public string? Link { get; init; }

    /// <summary>Whether it sends whole frames.</summary>
    public bool IsFrame => Link is not null;
}
