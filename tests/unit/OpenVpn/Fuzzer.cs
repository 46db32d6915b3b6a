// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;

namespace LeakVerifier.UnitTests.OpenVpn;

/// <summary>Makes hostile packets: random ones, and changed ones of a corpus of genuine ones.</summary>
internal sealed class Fuzzer(int seed, byte[][] corpus)
{
    private readonly Random _random = new(seed);

    public bool Coin() => _random.Next(2) == 0;

    public int Below(int limit) => _random.Next(limit);

    public byte[] Next() => _random.Next(8) switch
    {
        0 => Random(_random.Next(64)),
        1 => Random(_random.Next(10_000)),
        2 => Headed(),
        3 => Cut(Seed()),
        4 => Flip(Seed()),
        5 => Splice(Seed(), Seed()),
        6 => Renamed(Seed()),
        _ => Numbered(Seed()),
    };

    private byte[] Seed() => [.. corpus[_random.Next(corpus.Length)]];

    private byte[] Random(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Random bytes behind a valid opcode.</summary>
    private byte[] Headed()
    {
        var bytes = Random(1 + _random.Next(1500));
        bytes[0] = (byte)(_random.Next(3, 12) << 3 | _random.Next(8));
        return bytes;
    }

    private byte[] Cut(byte[] packet) => Changed(packet[.._random.Next(packet.Length)]);

    private byte[] Flip(byte[] packet)
    {
        packet[_random.Next(packet.Length)] ^= (byte)(1 << _random.Next(8));
        return packet;
    }

    private byte[] Splice(byte[] a, byte[] b)
    {
        return Changed([.. a[.._random.Next(a.Length)], .. b[_random.Next(b.Length)..]]);
    }

    /// <summary>Another session, so that resets open sessions and handshakes go astray.</summary>
    private byte[] Renamed(byte[] packet)
    {
        var length = Math.Min(8, packet.Length - 1);
        _random.NextBytes(packet.AsSpan(1, length));
        return packet;
    }

    /// <summary>A number near the end of its range in a random place.</summary>
    private byte[] Numbered(byte[] packet)
    {
        if (packet.Length >= 14)
        {
            var at = _random.Next(1, packet.Length - 4);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(at), (uint)-_random.Next(1, 3));
        }

        return packet;
    }

    /// <summary>A cut or spliced packet could be a genuine one whole; it must not be.</summary>
    private byte[] Changed(byte[] packet)
    {
        return packet.Length > 0 && corpus.Any(genuine => genuine.AsSpan().SequenceEqual(packet)) ? Flip(packet) : packet;
    }
}
