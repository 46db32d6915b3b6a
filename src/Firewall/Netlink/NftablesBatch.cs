// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Firewall.Netlink;

/// <summary>Messages to nftables that take effect all at once, or not at all.</summary>
public sealed class NftablesBatch
{
    private const ushort BatchBegin = 0x10; // NFNL_MSG_BATCH_BEGIN
    private const ushort BatchEnd = 0x11; // NFNL_MSG_BATCH_END
    private const ushort Subsystem = 10; // NFNL_SUBSYS_NFTABLES

    private int _last;
    private uint _sequence;
    private bool _isComplete;

    /// <summary>Begins a batch.</summary>
    public NftablesBatch()
    {
        Writer.Begin(BatchBegin, NetlinkFlags.None, 0);
        Writer.Raw(Header(NftablesFamily.Any, Subsystem));
    }

    /// <summary>Takes the attributes of the message that was begun last.</summary>
    public NetlinkWriter Writer { get; } = new();

    /// <summary>The number of the last message.</summary>
    public uint LastSequence => _sequence;

    /// <summary>Begins a message.</summary>
    /// <returns>Takes its attributes.</returns>
    public NetlinkWriter Add(NftablesMessageType type, NftablesFamily family, NetlinkFlags flags = NetlinkFlags.None)
    {
        Writer.Finish();
        _last = Writer.Written.Length;
        Writer.Begin(Number(type), flags, ++_sequence);
        Writer.Raw(Header(family, 0));
        return Writer;
    }

    /// <summary>The whole batch, which ends here.</summary>
    public ReadOnlyMemory<byte> Complete()
    {
        if (!_isComplete)
        {
            Writer.Finish();
            // Of the last one only: the kernel then says once that all is done, and of each error that it is one.
            Writer.AddFlag(_last, NetlinkFlags.Acknowledge);
            Writer.Begin(BatchEnd, NetlinkFlags.None, _sequence + 1);
            Writer.Raw(Header(NftablesFamily.Any, Subsystem));
            Writer.Finish();
            _isComplete = true;
        }

        return Writer.Written;
    }

    /// <summary>The number of a kind of message among those of netfilter.</summary>
    public static ushort Number(NftablesMessageType type) => (ushort)(Subsystem << 8 | (int)type);

    /// <summary>struct nfgenmsg: family, version 0, and a resource in the network's byte order.</summary>
    public static byte[] Header(NftablesFamily family, ushort resource = 0)
    {
        return [(byte)family, 0, (byte)(resource >> 8), (byte)resource];
    }
}
