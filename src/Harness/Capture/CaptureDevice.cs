// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Harness.Linux;
using SharpPcap;
using SharpPcap.LibPcap;

namespace LeakVerifier.Harness.Capture;

/// <summary>An open capture of libpcap, read without blocking.</summary>
internal sealed class CaptureDevice : IDisposable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>
    /// What comes from the client, by the kernel's word and not by its source address: behind a bridge port, frames of
    /// other hosts go out to the client too. And the sentinels, which come first: libpcap applies a new filter itself to
    /// the first few frames, and there cannot tell directions.
    /// </summary>
    private const string Filter = "ether proto 0x88b5 or inbound";

    private readonly LibPcapLiveDevice _device;
    private readonly int _descriptor;

    private CaptureDevice(LibPcapLiveDevice device, MacAddress address)
    {
        _device = device;
        _descriptor = LibPcap.SelectableDescriptor(device.Handle);
        Address = address;
    }

    /// <summary>What reading gave.</summary>
    public enum ReadStatus
    {
        /// <summary>A frame.</summary>
        Frame,

        /// <summary>Nothing: every frame that arrived was read.</summary>
        Empty,

        /// <summary>The interface was set down; frames come again when it is up.</summary>
        Down,

        /// <summary>The capture cannot go on.</summary>
        Failed,
    }

    /// <summary>The captured interface's own address.</summary>
    public MacAddress Address { get; }

    /// <summary>What libpcap said last.</summary>
    public string LastError => _device.LastError;

    /// <summary>Opens a capture in the namespace of the calling thread.</summary>
    /// <exception cref="CaptureException">There is no such interface, or it cannot be captured.</exception>
    public static CaptureDevice Open(CaptureOptions options)
    {
        try
        {
            // The list comes from getifaddrs(3): the interfaces of this thread's namespace, also those that are down or
            // have no address. (What it adds from /sys may belong to another namespace, and comes later.)
            var found = PcapInterface.GetAllPcapInterfaces().FirstOrDefault(known => known.Name == options.Interface);
            if (found?.MacAddress is not { } address || address.GetAddressBytes().Length != MacAddress.Length)
            {
                throw new CaptureException($"capture on {options.Interface}: no such Ethernet interface");
            }

            var device = new LibPcapLiveDevice(found);
            device.Open(new DeviceConfiguration
            {
                Mode = DeviceModes.Promiscuous,
                Immediate = true,
                BufferSize = options.BufferSize,
                Snaplen = options.SnapLength,
                TimestampResolution = TimestampResolution.Nanosecond,
            });

            // A blocking read of libpcap on Linux has no time limit, whatever its read timeout says (pcap(3PCAP)).
            device.NonBlockingMode = true;
            device.Filter = Filter;
            return new CaptureDevice(device, MacAddress.Read(address.GetAddressBytes()));
        }
        catch (Exception exception) when (exception is PcapException or DllNotFoundException)
        {
            throw new CaptureException($"capture on {options.Interface}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the next frame; its bytes are copied once.</summary>
    public unsafe ReadStatus Read(out CapturedFrame frame)
    {
        nint header = 0;
        nint data = 0;
        frame = default;
        switch (_device.GetNextPacketPointers(ref header, ref data))
        {
            case 0:
                return ReadStatus.Empty;
            case 1:
                break;
            default:
                // The text of pcap-linux.c for ENETDOWN of an interface that is still there.
                return LastError.Contains("went down", StringComparison.Ordinal) ? ReadStatus.Down : ReadStatus.Failed;
        }

        // struct pcap_pkthdr of a 64-bit Linux: seconds, nanoseconds, captured and original length.
        var time = (long*)header;
        var lengths = (int*)(time + 2);
        var bytes = new ReadOnlySpan<byte>((void*)data, lengths[0]).ToArray();
        var isOutbound = Sentinel.IsSentBy(Address, bytes);
        frame = new CapturedFrame(time[0] * NanosecondsPerSecond + time[1], bytes, lengths[1], isOutbound);
        return ReadStatus.Frame;
    }

    /// <summary>Waits until there may be something to read.</summary>
    public void Wait(TimeSpan longest)
    {
        var descriptor = new LibC.PollDescriptor { Descriptor = _descriptor, Events = LibC.POLLIN };
        _ = LibC.poll(ref descriptor, 1, (int)longest.TotalMilliseconds); // An interrupted wait is a short wait.
    }

    /// <summary>The kernel's counters since the capture was opened; they wrap at 2^32.</summary>
    /// <exception cref="CaptureException">libpcap cannot tell.</exception>
    public PcapCounters ReadCounters()
    {
        return LibPcap.Stats(_device.Handle, out var counters) == 0
            ? counters
            : throw new CaptureException($"pcap_stats: {LastError}");
    }

    public void Dispose()
    {
        _device.Dispose();
    }
}
