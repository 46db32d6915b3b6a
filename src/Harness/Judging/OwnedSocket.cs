// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;

namespace LeakVerifier.Harness.Judging;

/// <summary>A socket of the tunnel's process.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Local">Its end; the address is unspecified when it is bound to none.</param>
/// <param name="Remote">The server's end.</param>
/// <param name="FromUnixNanoseconds">Since when it exists: nanoseconds since 1970.</param>
/// <param name="UntilUnixNanoseconds">Until when it existed, inclusive.</param>
public sealed record OwnedSocket(
    TransportProtocol Protocol,
    IPEndPoint Local,
    IPEndPoint Remote,
    long FromUnixNanoseconds,
    long UntilUnixNanoseconds = long.MaxValue)
{
    internal bool Fits(in FrameFacts frame)
    {
        return frame.Ip is { } ip
            && ip.Protocol == (byte)Protocol
            && frame.SourcePort == Local.Port
            && frame.DestinationPort == Remote.Port
            && ip.Destination.Equals(Remote.Address)
            && (WireFacts.IsUnspecified(Local.Address) || ip.Source.Equals(Local.Address));
    }

    internal bool Covers(long unixNanoseconds)
    {
        return unixNanoseconds >= FromUnixNanoseconds && unixNanoseconds <= UntilUnixNanoseconds;
    }
}
