// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.OpenVpn.Server;

/// <summary>
/// What a script does to single packets. It holds for the whole server, so that a client which connects anew meets
/// the same faults. Guarded by the server's lock.
/// </summary>
internal sealed class PacketFaults
{
    private readonly List<DropRule> _drops = [];
    private long? _blackholeAt;

    /// <summary>Packets to the client that are still to be corrupted.</summary>
    public int Corrupt { get; set; }

    /// <summary>Packets to the client that are still to be sent twice.</summary>
    public int Replay { get; set; }

    /// <summary>Packets to the client that still get another key's id.</summary>
    public int WrongKey { get; set; }

    /// <summary>Whether the control channel acknowledges nothing.</summary>
    public bool WithholdsAcknowledgements { get; set; }

    /// <summary>After how many packets a handshake's answers stop; null: they do not.</summary>
    public int? StallAfter { get; set; }

    /// <summary>Bytes of IP packets that passed in both directions since the start.</summary>
    public long BytesPassed { get; private set; }

    /// <summary>The number of bytes that a script waits for next.</summary>
    public long NextMark { get; set; } = long.MaxValue;

    /// <summary>Counted faults that are still to be done, in words.</summary>
    public IEnumerable<string> Outstanding
    {
        get
        {
            foreach (var (word, left) in new[] { ("corrupt", Corrupt), ("replay", Replay), ("wrong-key", WrongKey) })
            {
                if (left > 0)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{word}: {left} packets were never sent");
                }
            }
        }
    }

    /// <param name="directions">Which way.</param>
    /// <param name="kinds">Which packets.</param>
    /// <param name="above">Only IP packets longer than this many bytes; 0: all.</param>
    public void Drop(PacketDirections directions, PacketKinds kinds, int above)
    {
        _drops.Add(new DropRule(directions, kinds, above));
    }

    /// <summary>Ends drops: the kinds pass again in the directions, whatever their length.</summary>
    public void Pass(PacketDirections directions, PacketKinds kinds)
    {
        var kept = _drops.SelectMany(rule => rule.Without(directions, kinds)).ToArray();
        _drops.Clear();
        _drops.AddRange(kept);
        _blackholeAt = null;
    }

    /// <summary>Drops everything once so many more bytes of IP packets have passed.</summary>
    public void BlackholeAfter(long bytes) => _blackholeAt = BytesPassed + bytes;

    /// <summary>Ends every fault.</summary>
    public void Clear()
    {
        _drops.Clear();
        _blackholeAt = null;
        Corrupt = Replay = WrongKey = 0;
        WithholdsAcknowledgements = false;
        StallAfter = null;
    }

    /// <summary>Whether a packet may pass.</summary>
    /// <param name="direction">Its direction.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="length">The IP packet's length, or 0 for other kinds.</param>
    public bool Admits(PacketDirections direction, PacketKinds kind, int length = 0)
    {
        if (_drops.Count == 0)
        {
            return _blackholeAt is null || BytesPassed < _blackholeAt;
        }

        foreach (var rule in _drops)
        {
            if (rule.Hits(direction, kind, length))
            {
                return false;
            }
        }

        return _blackholeAt is null || BytesPassed < _blackholeAt;
    }

    /// <summary>Counts an IP packet that passed.</summary>
    /// <returns>Whether a number of bytes that somebody waits for is reached.</returns>
    public bool Count(int length)
    {
        BytesPassed += length;
        return BytesPassed >= NextMark;
    }

    private readonly record struct DropRule(PacketDirections Directions, PacketKinds Kinds, int Above)
    {
        public bool Hits(PacketDirections direction, PacketKinds kind, int length)
        {
            return (Directions & direction) != 0 && (Kinds & kind) != 0 && (Above == 0 || length > Above);
        }

        /// <summary>What is left of the rule, one direction at a time.</summary>
        public IEnumerable<DropRule> Without(PacketDirections directions, PacketKinds kinds)
        {
            if ((Directions & directions) == 0)
            {
                yield return this;
                yield break;
            }

            var untouched = Directions & ~directions;
            if (untouched != 0)
            {
                yield return this with { Directions = untouched };
            }

            var kept = Kinds & ~kinds;
            if (kept != PacketKinds.None)
            {
                yield return this with { Directions = Directions & directions, Kinds = kept };
            }
        }
    }
}
