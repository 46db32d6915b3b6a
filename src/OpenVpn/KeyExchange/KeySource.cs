// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using LeakVerifier.OpenVpn.DataChannel;
using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.KeyExchange;

/// <summary>
/// The server's half of key method 2: its random numbers, its message, and the keys that come of both halves.
/// </summary>
internal sealed class KeySource
{
    public const int PremasterLength = 48;
    public const int RandomLength = 32;

    private const int MasterLength = 48;

    /// <summary>The client reads the options into a buffer of this size, NUL included.</summary>
    private const int MaximumOptionsLength = 512;

    private readonly byte[] _random1 = RandomNumberGenerator.GetBytes(RandomLength);
    private readonly byte[] _random2 = RandomNumberGenerator.GetBytes(RandomLength);

    /// <summary>
    /// Answers a client's message. The options come back as the client told them, with the roles exchanged: a
    /// difference would make it warn.
    /// </summary>
    public byte[] WriteMessage(ClientKeyMessage client)
    {
        var options = client.Options.Replace("tls-client", "tls-server", StringComparison.Ordinal);
        if (options.Length >= MaximumOptionsLength)
        {
            options = "";
        }

        var writer = new WireWriter(new byte[1024]);
        writer.WriteUInt32(0);
        writer.WriteByte(2);
        writer.WriteBytes(_random1);
        writer.WriteBytes(_random2);
        writer.WriteString(options);
        writer.WriteString("");
        writer.WriteString("");
        writer.WriteString("");
        return writer.Written.ToArray();
    }

    /// <summary>Derives the data keys of both directions.</summary>
    public DataKeyBlock Derive(ClientKeyMessage client, SessionId clientId, SessionId serverId)
    {
        Span<byte> master = stackalloc byte[MasterLength];
        TlsPrf.Derive(client.Premaster, "OpenVPN master secret", [.. client.Random1, .. _random1], master);

        var seed = new WireWriter(stackalloc byte[(2 * RandomLength) + (2 * SessionId.Length)]);
        seed.WriteBytes(client.Random2);
        seed.WriteBytes(_random2);
        seed.WriteSessionId(clientId);
        seed.WriteSessionId(serverId);
        var block = new byte[DataKeyBlock.Length];
        TlsPrf.Derive(master, "OpenVPN key expansion", seed.Written, block);
        return new DataKeyBlock(block);
    }
}
