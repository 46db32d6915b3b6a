// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>A server as a VPN's own configuration names it.</summary>
/// <param name="Host">An address, or a host's name.</param>
/// <param name="Port">The port.</param>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Family">The only family that the VPN uses; <see cref="AddressFamily.Unspecified"/>: either.</param>
/// <param name="File">Where it is named.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record DeclaredServer(
    string Host, ushort Port, TransportProtocol Protocol, AddressFamily Family, string File, int Line)
{
    public ConfigurationProblem Problem(string what, string mend) => new(File, Line, what, mend);
}
