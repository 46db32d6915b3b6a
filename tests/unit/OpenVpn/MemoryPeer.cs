// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.OpenVpn.Sessions;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>A far end without a network: keeps what the server sends.</summary>
internal sealed class MemoryPeer(IPEndPoint remote, bool isStream = false) : Peer
{
    private readonly Queue<byte[]> _sent = [];

    public override IPEndPoint Remote => remote;

    public override bool IsStream => isStream;

    public bool IsClosed { get; private set; }

    /// <summary>The length of the longest packet so far.</summary>
    public int Longest { get; private set; }

    public override void Send(ReadOnlySpan<byte> packet)
    {
        Longest = Math.Max(Longest, packet.Length);
        if (_sent.Count < 1000)
        {
            _sent.Enqueue(packet.ToArray());
        }
    }

    public override void Close(bool isReset) => IsClosed = true;

    public bool TryTake(out byte[] packet) => _sent.TryDequeue(out packet!);

    public byte[][] TakeAll()
    {
        var all = _sent.ToArray();
        _sent.Clear();
        return all;
    }
}
