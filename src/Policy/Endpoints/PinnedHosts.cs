// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Net;
using LeakVerifier.Policy.Configuration;

namespace LeakVerifier.Policy.Endpoints;

/// <summary>
/// The file in which <c>vpn-firewall start</c> writes down what it looked up, a line for each name. So a name means the
/// same addresses to every reader of the policy, and none has to look it up again when the machine boots.
/// </summary>
public static class PinnedHosts
{
    /// <summary>Where the file is.</summary>
    public const string DefaultPath = "/var/lib/vpn-firewall/hosts";

    private const string Heading =
        "# Addresses that 'vpn-firewall start' looked up; 'vpn-firewall start --resolve' looks them up again.";

    /// <summary>Writes the file, whole or not at all.</summary>
    public static void Write(string path, IEnumerable<PinnedHost> hosts)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = path + ".new";
        File.WriteAllLines(draft, [Heading, .. hosts.Select(host => host.ToString())]);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Reads the file; where there is none, nothing is pinned.</summary>
    internal static IReadOnlyDictionary<string, PinnedHost> Read(string path, List<ConfigurationProblem> problems)
    {
        var hosts = new Dictionary<string, PinnedHost>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path) || TextFile.Read(path, problems) is not { } text)
        {
            return hosts;
        }

        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            var addresses = Addresses(words[1..]);
            if (addresses.IsEmpty)
            {
                problems.Add(new(path, number,
                    "this is no name with its addresses", "remove the file, and let 'vpn-firewall start --resolve' write it"));
            }

            hosts[words[0]] = new PinnedHost(words[0], addresses, IsFresh: false);
        }

        return hosts;
    }

    private static ImmutableArray<IPAddress> Addresses(string[] words)
    {
        var addresses = new List<IPAddress>();
        foreach (var word in words)
        {
            if (!ValueReaders.TryAddress(word, out var address))
            {
                return [];
            }

            addresses.Add(address);
        }

        return [.. addresses];
    }
}
