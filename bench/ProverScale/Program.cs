// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using LeakVerifier.Prover.Model;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Smt;
using LeakVerifier.ProverScale;

// ProverScale [PROGRAM] [FAMILY...] [RULES...]: proves rulesets of known answers and prints times; z3 is asked the same up
// to 1,000 rules. With the published program (artifacts/leakverifier) the whole of it is timed on the same rules as listings, too: of
// nft, and of iptables-save where that can say them.
const int MostForZ3 = 1_000;
var program = args.FirstOrDefault(File.Exists);
var folder = Directory.CreateTempSubdirectory("prover-scale-").FullName;
(string Name, Func<int, Ruleset> Make, Verdict Expected, int Most)[] families =
[
    ("kill", Families.Kill, Verdict.Proved, int.MaxValue),
    ("kill-leak", Families.KillLeak, Verdict.Leak, int.MaxValue),
    ("block", Families.Block, Verdict.Proved, int.MaxValue),
    ("acl", Families.AccessList, Verdict.Proved, int.MaxValue),
    ("overlaps", Families.Overlaps, Verdict.Proved, int.MaxValue),
    ("ranges", Families.Ranges, Verdict.Proved, Families.MostRanges),
    ("set", Families.Set, Verdict.Proved, int.MaxValue),
];
var named = families.Where(family => args.Contains(family.Name)).ToArray();
var numbers = args.Where(argument => argument != program && named.All(family => family.Name != argument))
    .Select(argument => int.Parse(argument, CultureInfo.InvariantCulture));
int[] sizes = numbers.Any() ? [.. numbers] : [100, 1_000, 10_000, 50_000];
var isZ3There = SecondOpinion.IsAvailable;
Console.WriteLine("family     rules   answer        ms    nodes  peak MB   nft ms   MB  save ms   MB   z3 ms  z3");
foreach (var (name, make, expected, most) in named.Length > 0 ? named : families)
{
    foreach (var size in sizes.Select(size => Math.Min(size, most)).Distinct())
    {
        var ruleset = make(size);
        var loaded = new LoadedRuleset(ruleset) { Interfaces = ["lo", "eth0", "tun0"] };
        var watch = Stopwatch.StartNew();
        var answer = RulesetProver.Prove(loaded, Families.Policy).Paths[0];
        var own = watch.ElapsedMilliseconds;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000;
        watch.Restart();
        var asks = isZ3There && size <= MostForZ3;
        var words = asks ? SecondOpinion.On(answer, loaded, Families.Policy, ProofOptions.Default).Words : "not asked";
        var theirs = asks ? watch.ElapsedMilliseconds : 0;
        var nft = program is not null ? ProgramRun.Of(program, folder, NftListing.Of(ruleset)) : null;
        var save = program is not null && SavedListing.Of(ruleset) is { } saved
            ? ProgramRun.Of(program, folder, saved, SavedListing.ClosedIp6)
            : null;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-9} {size,6}  {answer.Verdict,-12} {own,5} {answer.Nodes,8} {peak,8} "
            + $"{nft?.Milliseconds,8} {nft?.Megabytes,4} {save?.Milliseconds,8} {save?.Megabytes,4} {theirs,7}  {words}"));
        if (answer.Verdict != expected)
        {
            Console.Error.WriteLine($"{name} {size}: expected {expected}: {answer.Reason}");
            return 1;
        }
    }
}
Directory.Delete(folder, recursive: true);
return 0;
