// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A netlink(7) socket. The runtime's own sockets do not know this family.</summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_ROUTE of linux/netlink.h: links and addresses.</summary>
    public const int Route = 0;

    private const int Family = 16; // AF_NETLINK
    private const int RawCloseOnExec = 3 | 0x80000; // SOCK_RAW | SOCK_CLOEXEC

    // A dump comes in parts that the kernel fits to the buffer.
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly int _descriptor;

    private NetlinkSocket(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>Opens a connection to the kernel, in the network namespace of the calling thread.</summary>
    /// <exception cref="NetlinkException">The kernel lacks this protocol.</exception>
    public static NetlinkSocket Open(int protocol)
    {
        var descriptor = Socket(Family, RawCloseOnExec, protocol);
        return descriptor < 0 ? throw NetlinkException.Last() : new NetlinkSocket(descriptor);
    }

    /// <summary>The answer to a request: all messages of a dump.</summary>
    /// <exception cref="NetlinkException">The kernel refused the request.</exception>
    public List<NetlinkMessage> Ask(ReadOnlySpan<byte> request)
    {
        Send(request);
        var answer = new List<NetlinkMessage>();
        while (true)
        {
            var messages = NetlinkMessage.Split(Receive());
            answer.AddRange(messages.Where(message => !message.IsLast));
            if (messages.FirstOrDefault(message => message.IsLast) is { } last)
            {
                return last.Error == 0 ? answer : throw new NetlinkException(last.Error);
            }
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _ = Close(_descriptor);

    private void Send(ReadOnlySpan<byte> messages)
    {
        if (Send(_descriptor, messages, messages.Length, 0) != messages.Length)
        {
            throw NetlinkException.Last();
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        var length = Receive(_descriptor, _buffer, _buffer.Length, 0);
        return length < 0 ? throw NetlinkException.Last() : _buffer.AsSpan(0, (int)length);
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, ReadOnlySpan<byte> data, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, Span<byte> data, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
