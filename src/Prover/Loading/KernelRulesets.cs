// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.Prover.Loading;

/// <summary>Reads the rules that the kernel has, with the tools of the system.</summary>
public static class KernelRulesets
{
    private const int Attempts = 5;

    // Rules and bytecode of one program: starting it is much of the time that a proof of a usual ruleset takes.
    private static readonly string[] Arguments = ["-j", "--debug=netlink", "-n", "list", "ruleset"];

    /// <summary>
    /// Reads the network namespace of the calling thread: nftables, iptables-nft and iptables-legacy, both families,
    /// the devices, and what passes the rules. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <exception cref="RulesetUnavailableException">A program is missing, or the privilege.</exception>
    /// <exception cref="RulesetFormatException">A program printed something else than rules.</exception>
    public static LoadedRuleset ReadCurrentNamespace() => Read().Load();

    /// <summary>The same, but what was read is not looked at yet: it may be known already.</summary>
    /// <exception cref="RulesetUnavailableException">A program is missing, or the privilege.</exception>
    public static KernelReading Read()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = NftGeneration.Read();
            // The kernel is asked for the rest while nft works.
            var nft = ToolRun.Start("nft", Arguments);
            var tables = NftTables.Read();
            var devices = NftDevices.Read();
            var machine = MachineSurvey.Read();
            var listings = List(nft());
            var after = NftGeneration.Read();
            if (before == after && SameLegacy(listings, List("iptables-legacy-save", "ip6tables-legacy-save")))
            {
                return new KernelReading(listings, tables, devices, machine, after);
            }
        }
        throw new RulesetUnavailableException(
            $"the rules changed during each of {Attempts} readings: stop what changes them", isPrivilege: false);
    }

    private static List<RulesetListing> List(ToolRun? nft)
    {
        var (json, bytecode) = Split(Listing(nft));
        List<RulesetListing> listings = [json];
        if (bytecode.Content.Length > 0)
        {
            listings.Add(bytecode);
        }
        if (HasXtables(json))
        {
            // What iptables-nft cannot show stays as nft lists it, with unknowns.
            listings.AddRange(List("iptables-nft-save", "ip6tables-nft-save"));
        }
        listings.AddRange(List("iptables-legacy-save", "ip6tables-legacy-save"));
        return listings;
    }

    // The bytecode of sets and rules, as nft reads them, and then the JSON in one line.
    private static (RulesetListing Json, RulesetListing Bytecode) Split(RulesetListing both)
    {
        var start = both.Content.Span.TrimEnd((byte)'\n').LastIndexOf((byte)'\n') + 1;
        return (both with { Content = both.Content[start..] }, both with { Content = both.Content[..start] });
    }

    // Only the parameters of xtables extensions are not in nft's own listing.
    private static bool HasXtables(RulesetListing json) => json.Content.Span.IndexOf("\"xt\""u8) >= 0;

    private static RulesetListing Listing(ToolRun? run)
    {
        if (run is null)
        {
            throw new RulesetUnavailableException("nft is missing: install nftables", isPrivilege: false);
        }
        var isForbidden = run.Errors.Contains("not permitted", StringComparison.Ordinal);
        return run.ExitCode == 0
            ? new RulesetListing("nft " + string.Join(' ', Arguments), run.Output)
            : throw new RulesetUnavailableException(isForbidden
                ? "reading the rules needs CAP_NET_ADMIN: run as root"
                : $"nft failed with exit code {run.ExitCode}: {run.Errors.Trim()}", isForbidden);
    }

    private static List<RulesetListing> List(string program4, string program6)
    {
        var listings = new List<RulesetListing>();
        foreach (var (program, names) in new[] { (program4, "ip_tables_names"), (program6, "ip6_tables_names") })
        {
            var isLegacy = program.Contains("legacy", StringComparison.Ordinal);
            if (isLegacy && !HasLegacyTables(names))
            {
                continue;
            }
            var run = ToolRun.Of(program);
            if (isLegacy && run is not { ExitCode: 0 })
            {
                throw new RulesetUnavailableException(
                    $"the kernel has iptables-legacy tables, but {program} cannot list them", isPrivilege: false);
            }
            if (run is { ExitCode: 0, Output.Length: > 0 })
            {
                listings.Add(new RulesetListing(program, run.Output));
            }
        }
        return listings;
    }

    /// <summary>Whether iptables-legacy has tables in the calling thread's namespace.</summary>
    internal static bool HasLegacyTables() => HasLegacyTables("ip_tables_names") || HasLegacyTables("ip6_tables_names");

    private static bool HasLegacyTables(string names)
    {
        // Of the thread's namespace, not the process's.
        var path = $"/proc/thread-self/net/{names}";
        return File.Exists(path) && File.ReadAllText(path).Trim().Length > 0;
    }

    // Legacy tables have no generation: they are listed twice and compared without comments and counters.
    private static bool SameLegacy(List<RulesetListing> first, List<RulesetListing> second)
    {
        return first.Where(l => l.Source.Contains("legacy", StringComparison.Ordinal)).Select(Rules)
            .SequenceEqual(second.Select(Rules));
    }

    private static string Rules(RulesetListing listing)
    {
        var lines = Encoding.UTF8.GetString(listing.Content.Span).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line[0] == ':' ? line.Split('[')[0] : line);
        return string.Join('\n', lines);
    }
}
