// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Takes one received message; what it lends ends with the call.</summary>
public delegate void NetlinkReading(NetlinkMessage message);
