// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Harness.Capture;

namespace LeakVerifier.Harness.Judging;

/// <summary>An ARP packet that resolves IPv4 addresses on Ethernet (RFC 826); other kinds are a defect.</summary>
/// <param name="Operation">1 request, 2 reply.</param>
/// <param name="SenderHardware">Who says it.</param>
/// <param name="Sender">The address the sender claims; 0.0.0.0 in a probe (RFC 5227).</param>
/// <param name="Target">The address asked for, or answered to.</param>
public sealed record ArpFacts(ushort Operation, MacAddress SenderHardware, IPAddress Sender, IPAddress Target);
