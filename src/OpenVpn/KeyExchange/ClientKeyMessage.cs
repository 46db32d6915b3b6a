// SPDX-License-Identifier: GPL-3.0-or-later

using LeakVerifier.OpenVpn.Wire;

namespace LeakVerifier.OpenVpn.KeyExchange;

/// <summary>
/// The client's message of key method 2, the first plaintext in every TLS connection:
/// <c>0 (4 bytes) · 2 · premaster · random 1 · random 2 · options · user · password · peer information</c>.
/// </summary>
internal sealed record ClientKeyMessage
{
    /// <summary>The longest message that we read: the client's own buffer is 2048 bytes.</summary>
    public const int MaximumLength = 8192;

    private const byte KeyMethod = 2;

    /// <summary>48 secret bytes.</summary>
    public required byte[] Premaster { get; init; }

    /// <summary>32 bytes for the master secret.</summary>
    public required byte[] Random1 { get; init; }

    /// <summary>32 bytes for the data keys.</summary>
    public required byte[] Random2 { get; init; }

    /// <summary>The client's options as a string to compare, such as <c>V4,dev-type tun,…,tls-client</c>.</summary>
    public required string Options { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    public required PeerInformation Peer { get; init; }

    /// <summary>Reads a message.</summary>
    /// <param name="plaintext">What TLS gave so far.</param>
    /// <param name="message">The message, or null when it is not complete yet.</param>
    /// <param name="length">How many bytes it took.</param>
    /// <returns>False when it can never become one.</returns>
    public static bool TryParse(ReadOnlySpan<byte> plaintext, out ClientKeyMessage? message, out int length)
    {
        message = null;
        length = 0;
        var reader = new WireReader(plaintext);
        if (!reader.TryReadUInt32(out var zero) || !reader.TryReadByte(out var method))
        {
            return true;
        }

        if (zero != 0 || method != KeyMethod)
        {
            return false;
        }

        if (!reader.TryReadBytes(KeySource.PremasterLength, out var premaster)
            || !reader.TryReadBytes(KeySource.RandomLength, out var random1)
            || !reader.TryReadBytes(KeySource.RandomLength, out var random2)
            || !reader.TryReadString(out var options)
            || !reader.TryReadString(out var user)
            || !reader.TryReadString(out var password)
            || !reader.TryReadString(out var information))
        {
            return plaintext.Length < MaximumLength;
        }

        length = plaintext.Length - reader.Rest.Length;
        message = new ClientKeyMessage
        {
            Premaster = premaster.ToArray(),
            Random1 = random1.ToArray(),
            Random2 = random2.ToArray(),
            Options = options,
            User = user,
            Password = password,
            Peer = PeerInformation.Parse(information),
        };
        return true;
    }
}
