// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Loading;
using LeakVerifier.Prover.Reading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Which listings are the same rules.</summary>
public sealed class RulesFingerprintTests
{
    private const string Json =
        """{"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 4, "expr": [{"counter": {"packets": 7, "bytes": 84}}, {"accept": null}]}}""";

    private const string Bytecode = "inet t c 7 5\n  [ lookup reg 1 set __set3 ]\n  [ counter pkts 7 bytes 84 ]\n";

    [Test]
    public void Counters_handles_and_the_numbers_of_anonymous_sets_do_not_tell_rules_apart()
    {
        Of(Json, Bytecode).Should().Be(Of(
            Json.Replace(": 4", ": 9").Replace(": 7", ": 12345").Replace("84", "6"),
            "inet t c 21 19\n  [ lookup reg 1 set __set11 ]\n  [ counter pkts 0 bytes 0 ]\n"));
        Saved(":OUTPUT DROP [3:252]\n# today\n-A OUTPUT -j DROP\n").Should().Be(Saved(":OUTPUT DROP [9:1]\n# later\n-A OUTPUT -j DROP\n"));
    }

    [Test]
    public void Nor_does_the_order_of_a_sets_elements_but_which_set_has_them()
    {
        const string one = "inet t @a\n\telement 00000005  : 0 [end]\n\telement 00000002  : 1 [end]\ninet t @b\n\telement 00000003  : 0 [end]\n";
        Of(Json, one).Should().Be(Of(
            Json, "inet t @a\n\telement 00000002  : 1 [end]\n\telement 00000005  : 0 [end]\ninet t @b\n\telement 00000003  : 0 [end]\n"));
        Of(Json, one).Should().NotBe(Of(
            Json, "inet t @a\n\telement 00000003  : 0 [end]\n\telement 00000002  : 1 [end]\ninet t @b\n\telement 00000005  : 0 [end]\n"));
    }

    [TestCase("accept", "drop")]
    [TestCase("\"chain\": \"c\"", "\"chain\": \"d\"")]
    [TestCase("{\"counter\"", "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": 7}}, {\"counter\"")]
    public void A_verdict_a_chain_and_a_match_do(string old, string other)
    {
        Of(Json, Bytecode).Should().NotBe(Of(Json.Replace(old, other), Bytecode));
    }

    [Test]
    public void So_do_the_interfaces_of_the_machine()
    {
        Of(Json, Bytecode).Should().NotBe(RulesFingerprint.Of([Listing("nft", Json), Listing("nft", Bytecode)], [], [], Machine("eth0", "eth1")));
    }

    private static string Of(string json, string bytecode)
    {
        return RulesFingerprint.Of([Listing("nft", json), Listing("nft", bytecode)], [], [], Machine("eth0"));
    }

    private static string Saved(string rules) => RulesFingerprint.Of([Listing("iptables-save", rules)], [], [], Machine("eth0"));

    private static RulesetListing Listing(string source, string text) => new(source, Encoding.UTF8.GetBytes(text));

    private static MachineSurvey Machine(params string[] interfaces) => new([.. interfaces], [], []);
}
