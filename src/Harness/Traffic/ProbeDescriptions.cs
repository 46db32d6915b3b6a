// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.Harness.Traffic;

/// <summary>Makes descriptions.</summary>
internal static class ProbeDescriptions
{
    /// <summary>Describes a probe and draws its nonce.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="thread">The thread that it is opened on, which decides its user.</param>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="destination">Where it sends to.</param>
    public static ProbeDescription Create(
        string name, NamespaceThread thread, ProbeProtocol protocol, IPEndPoint destination)
    {
        var user = thread.Uid == 0 ? "root" : thread.Uid.ToString(CultureInfo.InvariantCulture);
        return new ProbeDescription(name, ProbeNonce.Create(), user, protocol, destination);
    }

    /// <summary>What the names of probes of this family end with.</summary>
    public static string SuffixOf(AddressFamily family)
    {
        return family == AddressFamily.InterNetworkV6 ? "-v6" : "-v4";
    }
}
