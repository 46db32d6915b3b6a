// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Explaining;

/// <summary>How a packet meets the rules.</summary>
internal enum PacketPath
{
    /// <summary>A program of this machine sends it.</summary>
    Output,

    /// <summary>It is for this machine.</summary>
    Input,

    /// <summary>It passes through.</summary>
    Forward,
}
