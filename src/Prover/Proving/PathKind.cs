// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Proving;

/// <summary>How a packet comes to leave.</summary>
public enum PathKind
{
    /// <summary>From a socket or the kernel of this machine: output, postrouting, egress.</summary>
    Output,

    /// <summary>From elsewhere: prerouting, forward, postrouting, egress.</summary>
    Forward,

    /// <summary>From a packet socket, straight to the device: egress only.</summary>
    PacketSocket,
}
