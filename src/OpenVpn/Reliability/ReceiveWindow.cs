// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.CodeAnalysis;

namespace LeakVerifier.OpenVpn.Reliability;

/// <summary>What became of a received packet of the control channel.</summary>
internal enum Reception
{
    /// <summary>New: it must be acknowledged.</summary>
    Stored,

    /// <summary>Had before: it must be acknowledged again, otherwise the peer sends it for ever.</summary>
    Duplicate,

    /// <summary>Too far ahead to keep: it must not be acknowledged.</summary>
    Beyond,
}

/// <summary>The receiving half of the reliability layer: puts payloads in order, in bounded room.</summary>
internal sealed class ReceiveWindow
{
    /// <summary>How far ahead of the next id a packet may be, as in the client.</summary>
    public const int Slots = 12;

    private readonly Dictionary<uint, byte[]> _stored = [];
    private uint _next;

    public Reception Accept(uint id, ReadOnlySpan<byte> payload)
    {
        if (id < _next || _stored.ContainsKey(id))
        {
            return Reception.Duplicate;
        }

        if (id - _next >= Slots)
        {
            return Reception.Beyond;
        }

        _stored.Add(id, payload.ToArray());
        return Reception.Stored;
    }

    /// <summary>Takes the next payload in order.</summary>
    public bool TryTake([NotNullWhen(true)] out byte[]? payload)
    {
        if (!_stored.Remove(_next, out payload))
        {
            return false;
        }

        _next++;
        return true;
    }
}
