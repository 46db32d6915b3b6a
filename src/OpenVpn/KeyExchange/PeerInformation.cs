// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;

namespace LeakVerifier.OpenVpn.KeyExchange;

/// <summary>What a client tells about itself: lines <c>NAME=value</c> (--push-peer-info in openvpn(8)).</summary>
internal sealed class PeerInformation
{
    /// <summary>Lines that are kept; clients send about a dozen.</summary>
    private const int MaximumLines = 64;

    private readonly Dictionary<string, string> _values = [];

    private PeerInformation()
    {
    }

    /// <summary>IV_VER, such as <c>2.6.14</c>; empty when not told.</summary>
    public string Version => _values.GetValueOrDefault("IV_VER", "");

    /// <summary>Ciphers for data that the client accepts, best first. Empty for clients before 2.5.</summary>
    public IReadOnlyList<string> Ciphers =>
        _values.GetValueOrDefault("IV_CIPHERS", "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Bit 1: the client understands DATA_V2 and wants a peer id.</summary>
    public bool HasPeerId => HasBit(1);

    /// <summary>Bit 2: the push reply may be sent before it is asked for.</summary>
    public bool TakesPushUnasked => HasBit(2);

    /// <summary>Bit 7: the client knows <c>protocol-flags</c>, so it can say EXIT on the control channel.</summary>
    public bool KnowsProtocolFlags => HasBit(7);

    private int Protocol =>
        int.TryParse(_values.GetValueOrDefault("IV_PROTO"), CultureInfo.InvariantCulture, out var bits) ? bits : 0;

    public static PeerInformation Parse(string text)
    {
        var information = new PeerInformation();
        foreach (var line in text.Split('\n').Take(MaximumLines))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                information._values[line[..equals]] = line[(equals + 1)..];
            }
        }

        return information;
    }

    private bool HasBit(int bit) => (Protocol & 1 << bit) != 0;
}
