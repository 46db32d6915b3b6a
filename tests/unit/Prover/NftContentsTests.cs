// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Prover.Loading;

namespace LeakVerifier.UnitTests.Prover;

/// <summary>Which contents of nf_tables are the same rules.</summary>
public sealed class NftContentsTests
{
    private static readonly byte[] Counter = Expression("counter", Attribute(1, 0, 0, 0, 7), Attribute(2, 0, 0, 0, 1));
    private static readonly byte[] Accept = Expression("immediate", Attribute(2, 1));

    [Test]
    public void Handles_positions_and_counters_do_not_tell_rules_apart()
    {
        var later = Expression("counter", Attribute(1, 0, 0, 9, 9), Attribute(2, 0, 0, 0, 4));

        Of(contents => contents.Add(NftContents.Rule, "inet", Rule("c", handle: 7, Counter, Accept)))
            .Should().Be(Of(contents => contents.Add(NftContents.Rule, "inet", Rule("c", handle: 21, later, Accept))));
    }

    [Test]
    public void A_chain_a_family_and_an_expression_do()
    {
        var rule = Of(contents => contents.Add(NftContents.Rule, "inet", Rule("c", handle: 7, Accept)));

        Of(contents => contents.Add(NftContents.Rule, "inet", Rule("d", handle: 7, Accept))).Should().NotBe(rule);
        Of(contents => contents.Add(NftContents.Rule, "ip", Rule("c", handle: 7, Accept))).Should().NotBe(rule);
        Of(contents => contents.Add(NftContents.Rule, "inet", Rule("c", handle: 7, Counter, Accept))).Should().NotBe(rule);
        Of(contents => contents.Add(NftContents.Rule, "inet", Rule("c", handle: 7, Expression("immediate", Attribute(2, 0))))).Should().NotBe(rule);
    }

    [Test]
    public void Neither_the_numbers_of_anonymous_sets_nor_the_order_of_elements_do()
    {
        Of(contents => AddTwoSets(contents, "__set3", "__set5", [2], [5, 2], asked: "__set5"))
            .Should().Be(Of(contents => AddTwoSets(contents, "__set11", "__set12", [2], [2, 5], asked: "__set12")));
    }

    [Test]
    public void Which_set_is_asked_and_what_is_in_it_do()
    {
        var rules = Of(contents => AddTwoSets(contents, "__set3", "__set5", [2], [5], asked: "__set5"));

        Of(contents => AddTwoSets(contents, "__set3", "__set5", [2], [5], asked: "__set3")).Should().NotBe(rules);
        Of(contents => AddTwoSets(contents, "__set3", "__set5", [5], [2], asked: "__set5")).Should().NotBe(rules);
        Of(contents => AddTwoSets(contents, "__set3", "__set5", [2], [5, 6], asked: "__set5")).Should().NotBe(rules);
    }

    [Test]
    public void A_named_set_keeps_its_name()
    {
        Of(contents => contents.Add(NftContents.Set, "inet", Set("servers", flags: 0)))
            .Should().NotBe(Of(contents => contents.Add(NftContents.Set, "inet", Set("others", flags: 0))));
    }

    [Test]
    public void A_quota_that_is_spent_differs_but_a_counter_object_does_not()
    {
        Of(contents => contents.Add(NftContents.Object, "inet", Object(type: 2, data: 1)))
            .Should().NotBe(Of(contents => contents.Add(NftContents.Object, "inet", Object(type: 2, data: 9))));
        Of(contents => contents.Add(NftContents.Object, "inet", Object(type: 1, data: 1)))
            .Should().Be(Of(contents => contents.Add(NftContents.Object, "inet", Object(type: 1, data: 9))));
    }

    private static void AddTwoSets(NftContents contents, string first, string second, byte[] ofFirst, byte[] ofSecond, string asked)
    {
        foreach (var (name, elements) in new[] { (first, ofFirst), (second, ofSecond) })
        {
            contents.Add(NftContents.Set, "inet", Set(name, flags: 1));
            contents.AddElements("inet", Zero("t"), Zero(name), elements.Select(element => Attribute(1, element)));
        }

        contents.Add(NftContents.Rule, "inet", Rule("c", handle: 7, Expression("lookup", Attribute(1, Zero(asked)))));
    }

    private static string Of(Action<NftContents> add)
    {
        var contents = new NftContents();
        add(contents);
        return contents.Hash;
    }

    private static byte[] Rule(string chain, byte handle, params byte[][] expressions) =>
    [
        .. Attribute(1, Zero("t")), .. Attribute(2, Zero(chain)), .. Attribute(3, handle), .. Attribute(6, (byte)(handle - 2)),
        .. Attribute(4, [.. expressions.SelectMany(expression => Attribute(1, expression))]),
    ];

    private static byte[] Set(string name, byte flags) =>
        [.. Attribute(1, Zero("t")), .. Attribute(2, Zero(name)), .. Attribute(3, 0, 0, 0, flags), .. Attribute(16, 4)];

    private static byte[] Object(byte type, byte data) =>
        [.. Attribute(1, Zero("t")), .. Attribute(2, Zero("o")), .. Attribute(3, 0, 0, 0, type), .. Attribute(4, data)];

    private static byte[] Expression(string name, params byte[][] attributes) =>
        [.. Attribute(1, Zero(name)), .. Attribute(2, [.. attributes.SelectMany(attribute => attribute)])];

    private static byte[] Zero(string text) => [.. Encoding.ASCII.GetBytes(text), 0];

    private static byte[] Attribute(byte kind, params byte[] value)
    {
        var padding = new byte[-value.Length & 3];
        return [(byte)(4 + value.Length), 0, kind, 0, .. value, .. padding];
    }
}
