// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LeakVerifier.Harness.Linux;
using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Harness.Traffic.Sockets;

/// <summary>
/// A non-blocking socket whose every error is a value. It belongs to the namespace and the user of the thread that
/// opens it. It is closed hard: an open TCP connection is reset, nothing lingers.
/// </summary>
internal sealed class ProbeSocket : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ProbeSocket(SafeFileHandle handle)
    {
        _handle = handle;
    }

    /// <summary>Opens a socket.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="protocol">What it speaks; ICMP is a ping socket (icmp(7)), which the user's group must be allowed
    /// by <c>net.ipv4.ping_group_range</c>.</param>
    /// <param name="device">The interface it is bound to; a user without capabilities may do that since Linux 5.7
    /// (net/core/sock.c, sock_bindtoindex).</param>
    /// <param name="error">The error number when there is no socket.</param>
    public static ProbeSocket? TryOpen(AddressFamily family, ProbeProtocol protocol, string? device, out int error)
    {
        var isV6 = family == AddressFamily.InterNetworkV6;
        var (type, number) = protocol switch
        {
            ProbeProtocol.Tcp => (SocketCalls.SOCK_STREAM, 0),
            ProbeProtocol.Udp => (SocketCalls.SOCK_DGRAM, 0),
            _ => (SocketCalls.SOCK_DGRAM, isV6 ? SocketCalls.IPPROTO_ICMPV6 : SocketCalls.IPPROTO_ICMP),
        };
        return TryOpen(new SocketPlan(SocketPlan.DomainOf(family), type, number) { Device = device }, out error);
    }

    /// <summary>Opens a socket of any kind.</summary>
    /// <param name="plan">Which.</param>
    /// <param name="error">The error number when there is no socket.</param>
    public static ProbeSocket? TryOpen(SocketPlan plan, out int error)
    {
        var handle = SocketCalls.socket(
            plan.Domain, plan.Type | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC, plan.Protocol);
        if (handle.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            return null;
        }

        var socket = new ProbeSocket(handle);
        error = plan.AllOptions.Select(socket.SetOption).FirstOrDefault(failure => failure != 0);
        if (error != 0)
        {
            socket.Dispose();
            return null;
        }

        // struct linger { on = 1, seconds = 0 }: closing resets the connection.
        socket.SetOption(SocketCalls.SO_LINGER, [1, 0, 0, 0, 0, 0, 0, 0]);
        return socket;
    }

    /// <summary>Has a packet socket send its frames on an interface, and hear nothing.</summary>
    public SocketResult BindToLink(string interfaceName)
    {
        var index = LibC.if_nametoindex(interfaceName);
        if (index == 0)
        {
            return new SocketResult(0, Marshal.GetLastPInvokeError());
        }

        // struct sockaddr_ll: family, protocol 0, interface index; the rest is not read (packet(7)).
        Span<byte> address = stackalloc byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(address, SocketCalls.AF_PACKET);
        BinaryPrimitives.WriteUInt32LittleEndian(address[4..], index);
        return Outcome(LibC.bind(_handle, address, (uint)address.Length));
    }

    /// <summary>Begins to connect; <see cref="Errno.EINPROGRESS"/> counts as success.</summary>
    public SocketResult Connect(SocketAddress address)
    {
        var result = SocketCalls.connect(_handle, address.Buffer.Span[..address.Size], (uint)address.Size);
        var outcome = Outcome(result);
        return outcome.Error == Errno.EINPROGRESS ? default : outcome;
    }

    public SocketResult Send(ReadOnlySpan<byte> data)
    {
        return Outcome(SocketCalls.sendto(_handle, data, data.Length, SocketCalls.MSG_NOSIGNAL, default, 0));
    }

    public SocketResult SendTo(ReadOnlySpan<byte> data, SocketAddress address)
    {
        var name = address.Buffer.Span[..address.Size];
        return Outcome(SocketCalls.sendto(
            _handle, data, data.Length, SocketCalls.MSG_NOSIGNAL, name, (uint)address.Size));
    }

    public SocketResult Receive(Span<byte> buffer)
    {
        return Outcome(SocketCalls.recv(_handle, buffer, buffer.Length, 0));
    }

    /// <summary>Has TCP space its segments, and keeps the queue of what is not sent yet short.</summary>
    public void Pace(int bytesPerSecond, int sendBuffer)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, bytesPerSecond);
        SetOption(SocketCalls.SO_MAX_PACING_RATE, value);
        BinaryPrimitives.WriteInt32LittleEndian(value, sendBuffer);
        SetOption(SocketCalls.SO_SNDBUF, value);
    }

    /// <summary>Reads what the kernel knows about a TCP connection; zeros when it is none.</summary>
    public TcpProgress ReadTcpProgress()
    {
        Span<byte> info = stackalloc byte[TcpProgress.BytesNeeded];
        var length = (uint)info.Length;
        var result = SocketCalls.getsockopt(_handle, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_INFO, info, ref length);
        return result == 0 && length == info.Length ? TcpProgress.Read(info) : default;
    }

    public void Dispose()
    {
        _handle.Dispose();
    }

    private static SocketResult Outcome(nint result)
    {
        return result < 0 ? new SocketResult(0, Marshal.GetLastPInvokeError()) : new SocketResult((int)result, 0);
    }

    /// <summary>Sets an option.</summary>
    /// <returns>0, or the error number.</returns>
    public int SetOption(SocketOption option)
    {
        return SetOption(option.Level, option.Name, option.Value.Span);
    }

    private int SetOption(int option, ReadOnlySpan<byte> value) => SetOption(SocketCalls.SOL_SOCKET, option, value);

    private int SetOption(int level, int option, ReadOnlySpan<byte> value)
    {
        return Outcome(SocketCalls.setsockopt(_handle, level, option, value, (uint)value.Length)).Error;
    }
}
