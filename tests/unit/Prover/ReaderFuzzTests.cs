// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Proving;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Readers of damaged listings: an error with its reason or an answer, never a crash, never a proof of half a file.</summary>
public sealed class ReaderFuzzTests
{
    private static readonly ProofOptions Small = ProofOptions.Default with { NodeBudget = 20_000, CauseLimit = 1 };

    // Each says at its end, or anywhere, what opens the machine.
    private static readonly string[][] Open =
    [
        ["established.json", "established.nft.txt"], ["openserver.json", "openserver.nft.txt"],
        ["original.ip4.save", "original.ip6.save"], ["original-lan.ip4.save", "original.ip6.save"],
        ["firewalld.json", "firewalld.nft.txt"], ["ufw.ip4.save", "ufw.ip6.save"],
    ];

    [Test]
    public void A_listing_that_is_cut_off_anywhere_is_never_proved()
    {
        var (read, refused) = (0, 0);
        foreach (var seed in FuzzTime.Seeds(least: 150, seconds: 2))
        {
            var random = new Random(seed);
            var names = Open[random.Next(Open.Length)];
            var cut = random.Next(names.Length);
            var answer = Prove([.. names.Select((name, i) => i == cut ? Cut(Bytes(name), random) : Bytes(name))]);

            answer.Should().NotBe(Verdict.Proved, "seed {0}: {1} of {2}", seed, cut, string.Join(", ", names));
            (read, refused) = answer is null ? (read, refused + 1) : (read + 1, refused);
        }
        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        refused.Should().BePositive();
    }

    [Test]
    public void A_listing_that_is_damaged_anywhere_is_read_or_refused_with_a_reason()
    {
        var (read, refused) = (0, 0);
        foreach (var seed in FuzzTime.Seeds(least: 150, seconds: 2))
        {
            var random = new Random(seed);
            var names = Open[random.Next(Open.Length)];
            var answer = Prove([.. names.Select(name => Damaged(Bytes(name), random))]);
            (read, refused) = answer is null ? (read, refused + 1) : (read + 1, refused);
        }
        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        refused.Should().BePositive();
        read.Should().BePositive();
    }

    // Null: refused, with a reason.
    private static Verdict? Prove(byte[][] contents)
    {
        try
        {
            var loaded = RulesetReader.FromListings([.. contents.Select((bytes, i) => new RulesetListing($"file {i}", bytes))]);
            return RulesetProver.Prove(loaded, Listings.Policy, Small).Verdict;
        }
        catch (RulesetFormatException e)
        {
            e.Reason.Should().NotBeEmpty();
            return null;
        }
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Listings.PathOf(name));

    private static byte[] Cut(byte[] bytes, Random random) => bytes[..random.Next(bytes.AsSpan().TrimEnd("\n "u8).Length)];

    private static byte[] Damaged(byte[] original, Random random)
    {
        var text = Encoding.UTF8.GetString(original);
        for (var i = random.Next(0, 3); i > 0 && text.Length > 2; i--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(1, 30), text.Length - at);
            text = random.Next(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(random.Next(text.Length), text.Substring(at, length)),
                2 => text.Remove(at, 1).Insert(at, ((char)random.Next(1, 300)).ToString()),
                _ => string.Concat(text.AsSpan(at), text.AsSpan(0, at)),
            };
        }
        return Encoding.UTF8.GetBytes(text);
    }
}
