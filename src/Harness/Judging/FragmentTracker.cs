// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace LeakVerifier.Harness.Judging;

/// <summary>
/// Lets the later fragments of a packet share the verdict of its first one. They carry no ports, so only one that
/// continues exactly where an accepted one ended is taken for its continuation; the kernel sends them in order.
/// </summary>
internal sealed class FragmentTracker
{
    /// <summary>Packets whose fragments are awaited at once; the oldest gives way.</summary>
    private const int Capacity = 256;

    private readonly Dictionary<PacketKey, Continuation> _awaited = [];
    private readonly Queue<PacketKey> _order = [];

    /// <summary>Remembers an accepted first fragment.</summary>
    public void Begin(IpFacts ip, AllowedReason reason)
    {
        if (ip.Fragment is not { HasMore: true } fragment)
        {
            return;
        }

        if (_order.Count == Capacity)
        {
            _awaited.Remove(_order.Dequeue());
        }

        var key = PacketKey.Of(ip, fragment);
        _awaited[key] = new Continuation(reason, fragment.Offset + fragment.Length);
        _order.Enqueue(key);
    }

    /// <summary>What the packet was accepted by that this fragment continues; null: none.</summary>
    public AllowedReason? Continue(IpFacts ip)
    {
        var fragment = ip.Fragment!;
        var key = PacketKey.Of(ip, fragment);
        if (!_awaited.TryGetValue(key, out var awaited) || awaited.Offset != fragment.Offset)
        {
            return null;
        }

        if (fragment.HasMore)
        {
            _awaited[key] = awaited with { Offset = fragment.Offset + fragment.Length };
        }
        else
        {
            _awaited.Remove(key);
        }

        return awaited.Reason;
    }

    private readonly record struct PacketKey(
        IPAddress Source, IPAddress Destination, byte Protocol, uint Identification)
    {
        public static PacketKey Of(IpFacts ip, FragmentFacts fragment)
        {
            return new PacketKey(ip.Source, ip.Destination, ip.Protocol, fragment.Identification);
        }
    }

    private readonly record struct Continuation(AllowedReason Reason, int Offset);
}
