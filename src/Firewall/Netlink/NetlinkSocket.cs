// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Runtime.InteropServices;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>A netlink socket in the network namespace of the thread that opened it.</summary>
/// <remarks>
/// The kernel handles a request before send(2) returns, so its answers are there then: nothing here waits, except for
/// the parts of a dump.
/// </remarks>
public sealed class NetlinkSocket : IDisposable
{
    private const int ReceiveSize = 64 * 1024; // the kernel makes parts of a dump of at most 32 KiB

    private readonly byte[] _received = ArrayPool<byte>.Shared.Rent(ReceiveSize);
    private readonly int _descriptor;
    private uint _sequence;
    private bool _isClosed;

    private NetlinkSocket(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>For poll(2).</summary>
    public int Descriptor => _descriptor;

    /// <summary>The port that the kernel knows this socket by; it also names a table's owner.</summary>
    public uint Port { get; private init; }

    /// <summary>Opens a socket.</summary>
    /// <exception cref="NetlinkException">The kernel has none of this kind.</exception>
    public static NetlinkSocket Open(NetlinkProtocol protocol)
    {
        var descriptor = NetlinkLibC.Socket(
            NetlinkLibC.Family, NetlinkLibC.Raw | NetlinkLibC.CloseOnExec, (int)protocol);
        if (descriptor < 0)
        {
            throw new NetlinkException($"opening a netlink socket ({protocol})", Marshal.GetLastPInvokeError());
        }

        Span<byte> address = stackalloc byte[NetlinkLibC.AddressLength]; // struct sockaddr_nl
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)NetlinkLibC.Family);
        var length = NetlinkLibC.AddressLength;
        if (NetlinkLibC.Bind(descriptor, address, length) != 0
            || NetlinkLibC.GetName(descriptor, address, ref length) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _ = NetlinkLibC.Close(descriptor);
            throw new NetlinkException($"binding a netlink socket ({protocol})", error);
        }

        var socket = new NetlinkSocket(descriptor) { Port = BitConverter.ToUInt32(address[4..]) };
        // Kernels before 4.12 have no words for errors; the numbers do.
        _ = socket.Set(NetlinkLibC.OptionLevel, NetlinkLibC.ExtendedAnswers, 1);
        _ = socket.Set(NetlinkLibC.OptionLevel, NetlinkLibC.ShortAnswers, 1);
        return socket;
    }

    /// <summary>Makes room in the queue of what is to be received (needs CAP_NET_ADMIN).</summary>
    public void ReserveReceiveQueue(int bytes)
    {
        Set(NetlinkLibC.SocketLevel, NetlinkLibC.ReceiveBufferForced, bytes);
    }

    /// <summary>Asks for the notifications of a group.</summary>
    /// <exception cref="NetlinkException">There is no such group.</exception>
    public void Join(int group)
    {
        if (Set(NetlinkLibC.OptionLevel, NetlinkLibC.AddMembership, group) is var error and not 0)
        {
            throw new NetlinkException($"listening to group {group}", error);
        }
    }

    /// <summary>Has a batch done: all of its messages take effect, or none.</summary>
    public NetlinkAnswer Run(NftablesBatch batch)
    {
        var messages = batch.Complete();
        // A batch must come in one piece, for which the kernel's default of 208 KiB may be too little.
        Set(NetlinkLibC.SocketLevel, NetlinkLibC.SendBufferForced, Math.Max(2 * messages.Length, ReceiveSize));
        Send(messages.Span);
        return Answers(batch.LastSequence);
    }

    /// <summary>Sends one request and reads what it brings.</summary>
    /// <param name="type">The kind of message.</param>
    /// <param name="flags">Its flags; with <see cref="NetlinkFlags.Dump"/> it asks for all objects of a kind.</param>
    /// <param name="write">Writes what follows the header.</param>
    /// <param name="read">Called with each object of the answer.</param>
    /// <returns>
    /// What the kernel says in the end. The error is <see cref="NetlinkAnswer.Interrupted"/> when something changed
    /// during a dump, so that what was read may be inconsistent.
    /// </returns>
    public NetlinkAnswer Ask(
        ushort type, NetlinkFlags flags, Action<NetlinkWriter> write, NetlinkReading? read = null)
    {
        var isDump = flags.HasFlag(NetlinkFlags.Dump);
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnExpression);
        writer.Begin(type, isDump ? flags : flags | NetlinkFlags.Acknowledge, ++_sequence);
        write(writer);
        writer.Finish();
        Send(writer.Written.Span);
        var result = new NetlinkAnswer(0);
        while (true)
        {
            foreach (var message in NetlinkMessage.In(Receive(wait: true)))
            {
                if (message.Sequence != _sequence)
                {
                    continue;
                }

                if (message.Flags.HasFlag(NetlinkFlags.DumpInterrupted))
                {
                    result = new NetlinkAnswer(NetlinkAnswer.Interrupted);
                }

                switch (message.Type)
                {
                    case NetlinkMessage.Done:
                        return result;

                    case NetlinkMessage.Answer:
                        return ReadAnswer(message);

                    default:
                        read?.Invoke(message);
                        break;
                }
            }
        }
    }

    /// <summary>What was received at once; empty when there is nothing and <paramref name="wait"/> is false.</summary>
    /// <exception cref="NetlinkException">
    /// The error is <see cref="NetlinkException.QueueOverrun"/> when notifications were lost.
    /// </exception>
    public ReadOnlySpan<byte> Receive(bool wait = false)
    {
        const int again = 11, interrupted = 4; // EAGAIN, EINTR
        ObjectDisposedException.ThrowIf(_isClosed, this);
        while (true)
        {
            var flags = wait ? 0 : NetlinkLibC.DoNotWait;
            var length = NetlinkLibC.Receive(_descriptor, _received, (nuint)_received.Length, flags);
            if (length >= 0)
            {
                return _received.AsSpan(0, (int)length);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == again && !wait)
            {
                return default;
            }

            if (error != interrupted)
            {
                throw new NetlinkException("receiving from the kernel", error);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _ = NetlinkLibC.Close(_descriptor);
            ArrayPool<byte>.Shared.Return(_received);
        }
    }

    private void Send(ReadOnlySpan<byte> messages)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (NetlinkLibC.Send(_descriptor, messages, (nuint)messages.Length, 0) != messages.Length)
        {
            throw new NetlinkException("sending to the kernel", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Reads all answers: the first error, or that the message <paramref name="last"/> was done.</summary>
    private NetlinkAnswer Answers(uint last)
    {
        const int noAnswer = 71; // EPROTO
        var result = new NetlinkAnswer(noAnswer, "the kernel did not answer", last);
        var isFailed = false;
        while (Receive() is { Length: > 0 } received)
        {
            foreach (var message in NetlinkMessage.In(received))
            {
                if (message.Type != NetlinkMessage.Answer || isFailed)
                {
                    continue;
                }

                var answer = ReadAnswer(message);
                isFailed = !answer.IsDone;
                if (isFailed || message.Sequence == last)
                {
                    result = answer;
                }
            }
        }

        return result;
    }

    /// <summary>struct nlmsgerr: the error, the header of the request, attributes.</summary>
    private static NetlinkAnswer ReadAnswer(NetlinkMessage message)
    {
        const int text = 1; // NLMSGERR_ATTR_MSG
        const int attributes = 20;
        var error = message.Payload.Length < sizeof(int) ? 0 : -BitConverter.ToInt32(message.Payload);
        var words = message.Payload.Length < attributes
            ? default
            : NetlinkAttribute.Find(message.Payload[attributes..], text);
        return new NetlinkAnswer(error, words.Value.IsEmpty ? null : words.Text, message.Sequence);
    }

    private int Set(int level, int option, int value)
    {
        return NetlinkLibC.SetOption(_descriptor, level, option, value, sizeof(int)) == 0
            ? 0
            : Marshal.GetLastPInvokeError();
    }
}
