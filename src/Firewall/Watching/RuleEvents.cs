// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Watching;

/// <summary>Hears of every change of the kernel's rules.</summary>
public sealed class RuleEvents : IDisposable
{
    private const int NftablesGroup = 7; // NFNLGRP_NFTABLES of linux/netfilter/nfnetlink.h
    private const int Header = 4; // struct nfgenmsg

    // Loading a blocklist of ten thousand addresses is announced address by address.
    private const int Queue = 1024 * 1024;

    private readonly NetlinkSocket _socket;
    private bool _isOurTable;

    private RuleEvents(NetlinkSocket socket)
    {
        _socket = socket;
    }

    /// <summary>For poll(2).</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Begins to listen.</summary>
    public static RuleEvents Listen()
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        socket.ReserveReceiveQueue(Queue);
        socket.Join(NftablesGroup);
        return new RuleEvents(socket);
    }

    /// <summary>Takes all that was announced, without waiting.</summary>
    /// <param name="ownPort">The socket by which we change rules ourselves.</param>
    /// <returns>Who else changed one of our tables, as far as the kernel says; null: nobody did.</returns>
    public string? Take(uint ownPort)
    {
        string? cause = null;
        while (true)
        {
            try
            {
                var received = _socket.Receive();
                if (received.IsEmpty)
                {
                    return cause;
                }

                foreach (var message in NetlinkMessage.In(received))
                {
                    cause = Read(message, ownPort) ?? cause;
                }
            }
            catch (NetlinkException exception) when (exception.Error == NetlinkException.QueueOverrun)
            {
                _isOurTable = false;
                cause = "unknown: more changes at once than could be heard";
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>A transaction is announced object by object, and then by the process that asked for it.</summary>
    private string? Read(NetlinkMessage message, uint ownPort)
    {
        if (message.Sender == ownPort || message.Payload.Length < Header)
        {
            return null;
        }

        var attributes = message.Payload[Header..];
        if (message.Type != NftablesBatch.Number(NftablesMessageType.NewGeneration))
        {
            _isOurTable |= WallTables.IsOurs(NetlinkAttribute.Find(attributes, NftablesAttribute.Table).Text);
            return null;
        }

        var isOurTable = _isOurTable;
        _isOurTable = false;
        var name = NetlinkAttribute.Find(attributes, NftablesAttribute.GenerationProcessName).Text;
        var process = NetlinkAttribute.Find(attributes, NftablesAttribute.GenerationProcess).BigEndian;
        return isOurTable ? $"{name} (process {process})" : null;
    }
}
