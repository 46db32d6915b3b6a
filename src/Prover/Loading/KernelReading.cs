// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Prover.Loading;

/// <summary>What the kernel has, as it was listed in one moment.</summary>
public sealed class KernelReading
{
    private readonly List<RulesetListing> _listings;
    private readonly IReadOnlyList<TableState> _tables;
    private readonly IReadOnlyList<HookDevices> _devices;
    private readonly MachineSurvey _machine;

    internal KernelReading(
        List<RulesetListing> listings,
        IReadOnlyList<TableState> tables,
        IReadOnlyList<HookDevices> devices,
        MachineSurvey machine,
        uint? generation)
    {
        _listings = listings;
        _tables = tables;
        _devices = devices;
        _machine = machine;
        Generation = generation;
    }

    /// <summary>The number of the kernel's last change before the listing; null: it does not tell.</summary>
    public uint? Generation { get; }

    /// <summary>Reads the rules out of the listings.</summary>
    /// <exception cref="RulesetFormatException">A program printed something else than rules.</exception>
    public LoadedRuleset Load()
    {
        var loaded = RulesetReader.FromListings(_listings, _tables, _devices);
        return loaded with
        {
            Origin = "the current network namespace",
            Interfaces = _machine.Interfaces,
            Addresses = _machine.Addresses,
            Obstacles = _machine.Obstacles,
            Facts =
            [
                $"kernel {Environment.OSVersion.Version.ToString(3)}",
                Version(_listings[0]),
                Generation is { } number
                    ? string.Create(CultureInfo.InvariantCulture, $"nftables generation {number}")
                    : "nftables generation unknown",
                $"rules {loaded.Ruleset.RuleCount}, SHA-256 of nft's listing {Hash(_listings)}",
            ],
        };
    }

    // The listing says by which version it was made: {"nftables": [{"metainfo": {"version": "1.0.6", ...
    private static string Version(RulesetListing json)
    {
        var head = Encoding.UTF8.GetString(json.Content.Span[..Math.Min(json.Content.Length, 200)]);
        var parts = head.Split("\"version\": \"");
        return parts.Length > 1 ? $"nftables {parts[1].Split('"')[0]}" : "nft of an unknown version";
    }

    private static string Hash(List<RulesetListing> listings)
    {
        return Convert.ToHexStringLower(Sha256.Of(listings[0].Content.Span))[..16];
    }
}
