// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Harness.Scenarios;

/// <summary>Who sends besides the ordinary probes, from the fault on.</summary>
public enum Actor
{
    /// <summary>A privileged program of the client sends frames below the IP layer.</summary>
    PacketSockets,

    /// <summary>The same on an interface that appears with the fault.</summary>
    LatePacketSockets,

    /// <summary>Programs of the client speak to groups, by rare protocols, in fragments, and with marks.</summary>
    OddProtocols,

    /// <summary>A container that is forwarded, and one that has a macvlan child of the client's card.</summary>
    Containers,

    /// <summary>A neighbour on the client's network forges packets to find its tunnel.</summary>
    Neighbour,

    /// <summary>Programs and neighbours use what the policy allows in the clear, and try to use more.</summary>
    ExceptionUsers,
}
