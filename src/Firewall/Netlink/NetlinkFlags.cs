// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Flags of a netlink message (linux/netlink.h, NLM_F_*).</summary>
[Flags]
public enum NetlinkFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A request; every message that is sent has it.</summary>
    Request = 0x1,

    /// <summary>Answer with an acknowledgement.</summary>
    Acknowledge = 0x4,

    /// <summary>The kernel's: something changed during the dump, which may be inconsistent.</summary>
    DumpInterrupted = 0x10,

    /// <summary>All objects, not one (NLM_F_ROOT and NLM_F_MATCH).</summary>
    Dump = 0x100 | 0x200,

    /// <summary>With a new object: fail when it is there already.</summary>
    Exclusive = 0x200,

    /// <summary>With a new object: create it when it is not there.</summary>
    Create = 0x400,

    /// <summary>With a new object: at the end of the list.</summary>
    Append = 0x800,
}
