// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
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
        var domain = isV6 ? SocketCalls.AF_INET6 : SocketCalls.AF_INET;
        var handle = SocketCalls.socket(domain, type | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC, number);
        if (handle.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            return null;
        }

        var socket = new ProbeSocket(handle);
        error = device is null ? 0 : socket.SetOption(SocketCalls.SO_BINDTODEVICE, Encoding.ASCII.GetBytes(device));
        if (error != 0)
        {
            socket.Dispose();
            return null;
        }

        // struct linger { on = 1, seconds = 0 }: closing resets the connection.
        socket.SetOption(SocketCalls.SO_LINGER, [1, 0, 0, 0, 0, 0, 0, 0]);
        return socket;
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

    private int SetOption(int option, ReadOnlySpan<byte> value)
    {
        var result = SocketCalls.setsockopt(_handle, SocketCalls.SOL_SOCKET, option, value, (uint)value.Length);
        return Outcome(result).Error;
    }
}
