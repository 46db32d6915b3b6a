// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.Win32.SafeHandles;

namespace LeakVerifier.Harness.Linux.Netlink;

/// <summary>A connection to a part of the kernel's network, in the namespace of the thread that opens it.</summary>
internal sealed class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_ROUTE: interfaces, addresses, routes.</summary>
    public const int Route = 0;

    /// <summary>NETLINK_NETFILTER: rules and what they count.</summary>
    public const int Netfilter = 12;

    private const int Family = 16, Raw = 3, CloseOnExec = 0x80000; // AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC
    private const int ReceiveLength = 32 * 1024; // the most that the kernel puts into one part of a dump
    private const ushort Answer = 2, Done = 3; // NLMSG_ERROR, NLMSG_DONE

    private readonly SafeFileHandle _handle;

    private NetlinkSocket(SafeFileHandle handle)
    {
        _handle = handle;
    }

    /// <summary>What is done with an object of a dump: the bytes behind its header.</summary>
    public delegate void Reader(ReadOnlySpan<byte> payload);

    /// <summary>Opens one.</summary>
    /// <param name="part"><see cref="Route"/> or <see cref="Netfilter"/>.</param>
    /// <exception cref="SystemCallException">No more files can be opened.</exception>
    public static NetlinkSocket Open(int part)
    {
        var descriptor = LibC.socket(Family, Raw | CloseOnExec, part);
        SystemCallException.ThrowIfFailed(descriptor, "opening a netlink socket");
        return new NetlinkSocket(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Has a request done.</summary>
    /// <param name="request">The request; it asks for an answer.</param>
    /// <param name="doing">What it does, for messages.</param>
    /// <param name="read">Called with each object of a dump.</param>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void Do(NetlinkMessage request, string doing, Reader? read = null) => Do(request.ToArray(), doing, read);

    /// <summary>Has several requests done at once, all or none, by a part of the kernel that offers it (nfnetlink).</summary>
    /// <param name="requests">The requests, of which only the last asks for an answer.</param>
    /// <param name="doing">What they do, for messages.</param>
    /// <exception cref="SystemCallException">The kernel refused one of them; none is done.</exception>
    public void DoTogether(IEnumerable<NetlinkMessage> requests, string doing)
    {
        Do([.. requests.SelectMany(request => request.ToArray())], doing, null);
    }

    /// <summary>Has changes told from now on; <see cref="WaitForNews"/> waits for them.</summary>
    /// <param name="groups">RTMGRP_ of linux/rtnetlink.h.</param>
    /// <exception cref="SystemCallException">The kernel refused.</exception>
    public void Listen(int groups)
    {
        // struct sockaddr_nl: the family, two bytes of nothing, a number that the kernel chooses, the groups.
        byte[] address = [Family, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(groups)];
        SystemCallException.ThrowIfFailed(LibC.bind(_handle, address, (uint)address.Length), "listening for changes");
    }

    /// <summary>Waits for a change, and takes what is told of it; which it was is for the caller to look up.</summary>
    /// <param name="atMost">When to give up; whole milliseconds.</param>
    public void WaitForNews(TimeSpan atMost)
    {
        var descriptor = new LibC.PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = LibC.POLLIN };
        if (LibC.poll(ref descriptor, 1, (int)atMost.TotalMilliseconds) > 0)
        {
            // When too much was told, this fails, and the socket goes on: the caller looks in any case.
            _ = LibC.recv(_handle, new byte[ReceiveLength], ReceiveLength, 0);
        }
    }

    private void Do(byte[] message, string doing, Reader? read)
    {
        SystemCallException.ThrowIfFailed(LibC.send(_handle, message, (nuint)message.Length, 0), doing);

        // The kernel has done it, and answered, before send(2) returns; only the parts of a dump come as they are read.
        var received = new byte[ReceiveLength];
        while (true)
        {
            var length = LibC.recv(_handle, received, (nuint)received.Length, 0);
            SystemCallException.ThrowIfFailed(length, doing);
            if (Take(received.AsSpan(0, (int)length), doing, read))
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <returns>Whether that was the last of it.</returns>
    private static bool Take(ReadOnlySpan<byte> received, string doing, Reader? read)
    {
        const int alignment = 4; // NLMSG_ALIGNTO
        while (!received.IsEmpty)
        {
            var length = BitConverter.ToInt32(received);
            var payload = received[NetlinkMessage.HeaderLength..length];
            var type = BitConverter.ToUInt16(received[4..]);
            if (type is Answer or Done)
            {
                var error = payload.Length < sizeof(int) ? 0 : -BitConverter.ToInt32(payload);
                return error == 0 ? true : throw new SystemCallException(doing, error);
            }

            read?.Invoke(payload);
            received = received[Math.Min((length + alignment - 1) & -alignment, received.Length)..];
        }

        return false;
    }
}
