// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Harness.Capture;

/// <summary>struct pcap_stat (pcap/pcap.h): counters since the capture was opened.</summary>
/// <param name="Received">Frames that reached the capture, dropped ones included (packet(7),
/// PACKET_STATISTICS).</param>
/// <param name="KernelDropped">Frames for which the buffer had no room.</param>
/// <param name="InterfaceDropped">Frames that the interface dropped.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PcapCounters(uint Received, uint KernelDropped, uint InterfaceDropped);
