// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Policy;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>The listings in the folder Rulesets, and the policy that they are held against.</summary>
internal static class Listings
{
    /// <summary>User 1194 to 203.0.113.10:1194/udp on any interface but tun0.</summary>
    public static EgressPolicy Policy { get; } = new()
    {
        TunnelInterface = new InterfacePattern("tun0", IsPrefix: false),
        Identity = TunnelIdentity.OfUser(1194, "tunnel"),
        Servers = [new ServerEndpoint(IPAddress.Parse("203.0.113.10"), TransportProtocol.Udp, 1194)],
    };

    /// <summary>The policy with a local network.</summary>
    public static EgressPolicy LocalPolicy { get; } = Policy with
    {
        LocalNetworks = [new LocalNetwork(IPNetwork.Parse("192.168.1.0/24"), null)],
    };

    /// <summary>The folder of a listing.</summary>
    public static string PathOf(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LeakVerifier.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the tests run outside the source tree");
        }
        return Path.Combine(folder.FullName, "tests", "unit", "Prover", "Rulesets", name);
    }

    /// <summary>Reads listings.</summary>
    public static LoadedRuleset Read(params string[] names) => RulesetReader.FromFiles(names.Select(PathOf));

    /// <summary>Reads nft's JSON and text of a name.</summary>
    public static LoadedRuleset ReadNft(string name) => Read(name + ".json", name + ".nft.txt");
}
