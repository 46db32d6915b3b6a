// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.OpenVpn.Tun;

/// <summary>
/// A tun interface: raw IP packets, one a call (Documentation/networking/tuntap.rst). It is made in the network
/// namespace of the thread that calls <see cref="Open"/> and stays there, whichever thread uses it; it vanishes when
/// it is disposed of. One thread may read while others write.
/// </summary>
public sealed class TunDevice : IDisposable
{
    /// <summary>The device node of every Linux system. A lab may mount its own, with other permissions.</summary>
    public const string DefaultNode = "/dev/net/tun";

    /// <summary>IFNAMSIZ of linux/if.h without the closing NUL.</summary>
    private const int MaximumNameLength = 15;

    private readonly SafeFileHandle _device;
    private readonly SafeFileHandle _closing;

    private TunDevice(SafeFileHandle device, SafeFileHandle closing, string name)
    {
        _device = device;
        _closing = closing;
        Name = name;
    }

    /// <summary>The interface's name as the kernel gave it: a pattern such as <c>tun%d</c> is filled in.</summary>
    public string Name { get; }

    /// <summary>
    /// Makes the interface, or attaches to a persistent one of that name. It is down and without addresses.
    /// </summary>
    /// <param name="name">1 to 15 ASCII characters; <c>%d</c> asks the kernel for a number.</param>
    /// <param name="node">The path of the device node.</param>
    /// <exception cref="TunException">The node cannot be opened, or the kernel refused the interface.</exception>
    public static TunDevice Open(string name, string node = DefaultNode)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaximumNameLength || !Ascii.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is no interface's name (at most 15 ASCII characters)", nameof(name));
        }

        const int flags = TunNative.OpenReadWrite | TunNative.OpenNonBlocking | TunNative.OpenCloseOnExec;
        var device = TunNative.Open(node, flags);
        if (device.IsInvalid)
        {
            var reason = LastError();
            device.Dispose();
            throw new TunException($"{node}: {reason}; load the module tun and run as root");
        }

        var closing = TunNative.EventFd(0, TunNative.EventFdFlags);
        try
        {
            if (closing.IsInvalid)
            {
                throw new TunException($"eventfd: {LastError()}; raise the limit of open files");
            }

            return new TunDevice(device, closing, Attach(device, name));
        }
        catch (TunException)
        {
            device.Dispose();
            closing.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next packet that the kernel routes into the interface.</summary>
    /// <param name="packet">Where it goes. What does not fit is cut off, so give the interface's MTU or more.</param>
    /// <returns>The packet's length in bytes; 0 when the device was disposed of.</returns>
    /// <exception cref="TunException">The interface was deleted, or the kernel refused for another reason.</exception>
    public unsafe int Read(Span<byte> packet)
    {
        try
        {
            fixed (byte* buffer = packet)
            {
                while (true)
                {
                    var count = TunNative.Read(_device, buffer, (nuint)packet.Length);
                    if (count > 0)
                    {
                        return (int)count;
                    }

                    var error = Marshal.GetLastPInvokeError();
                    if (count < 0 && error is not (TunNative.ErrorAgain or TunNative.ErrorInterrupted))
                    {
                        throw new TunException($"{Name}: read: {LastError()}; was the interface deleted?");
                    }

                    if (!WaitForPacket())
                    {
                        return 0;
                    }
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <summary>Hands a packet to the kernel, which routes it as one that came in on the interface.</summary>
    /// <returns>False when the kernel did not take it: the interface is down, the packet is no IP packet, or the device
    /// was disposed of. The packet is lost then, as on any link.</returns>
    public unsafe bool Write(ReadOnlySpan<byte> packet)
    {
        try
        {
            fixed (byte* buffer = packet)
            {
                return TunNative.Write(_device, buffer, (nuint)packet.Length) == packet.Length;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Wakes the reader and removes the interface.</summary>
    public unsafe void Dispose()
    {
        if (_closing.IsClosed)
        {
            return;
        }

        // A thread blocked in read() or poll() is not woken by close(), and SafeHandle delays the close while a call
        // is under way: without this event the interface would stay for as long as the reader does.
        ulong one = 1;
        _ = TunNative.Write(_closing, (byte*)&one, sizeof(ulong));
        _device.Dispose();
        _closing.Dispose();
    }

    private static unsafe string Attach(SafeFileHandle device, string name)
    {
        var request = new TunNative.InterfaceRequest { Flags = TunNative.TunWithoutPacketInformation };
        Encoding.ASCII.GetBytes(name, new Span<byte>(request.Name, MaximumNameLength));
        if (TunNative.IoControl(device, TunNative.SetInterface, ref request) < 0)
        {
            throw new TunException($"{name}: TUNSETIFF: {LastError()}; is the name taken, and is CAP_NET_ADMIN held?");
        }

        var given = new ReadOnlySpan<byte>(request.Name, MaximumNameLength);
        var end = given.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? given : given[..end]);
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    /// <returns>False when the device was disposed of.</returns>
    private unsafe bool WaitForPacket()
    {
        var isDeviceHeld = false;
        var isEventHeld = false;
        try
        {
            // poll() takes numbers: the handles are held, so that a number cannot become another file's meanwhile.
            _device.DangerousAddRef(ref isDeviceHeld);
            _closing.DangerousAddRef(ref isEventHeld);
            var descriptors = stackalloc TunNative.PollDescriptor[2];
            descriptors[0] = new() { Descriptor = (int)_device.DangerousGetHandle(), Events = TunNative.PollIn };
            descriptors[1] = new() { Descriptor = (int)_closing.DangerousGetHandle(), Events = TunNative.PollIn };
            _ = TunNative.Poll(descriptors, 2, timeoutMilliseconds: -1);
            return descriptors[1].Returned == 0;
        }
        finally
        {
            if (isDeviceHeld)
            {
                _device.DangerousRelease();
            }

            if (isEventHeld)
            {
                _closing.DangerousRelease();
            }
        }
    }
}
