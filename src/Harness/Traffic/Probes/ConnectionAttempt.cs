// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Traffic.Sockets;

namespace LeakVerifier.Harness.Traffic.Probes;

/// <summary>A connection that is being made, or was and now carries one message.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Message">What is sent once it is open.</param>
/// <param name="Begun">When, as a timestamp of the clock.</param>
internal sealed record ConnectionAttempt(ProbeSocket Socket, byte[] Message, long Begun)
{
    /// <summary>The message was handed over.</summary>
    public bool IsSent { get; set; }

    /// <summary>Everything that came back so far.</summary>
    public byte[] Received { get; } = new byte[512];

    /// <summary>Bytes of <see cref="Received"/> in use.</summary>
    public int ReceivedLength { get; set; }
}
