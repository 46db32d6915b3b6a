// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>A table in the kernel's form and in nft's.</summary>
/// <param name="Image">What the kernel is to hold.</param>
/// <param name="Listing">The same as nft lists it.</param>
public sealed record AssembledTable(TableImage Image, string Listing);
