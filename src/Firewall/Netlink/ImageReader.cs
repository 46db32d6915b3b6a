// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;

namespace LeakVerifier.Firewall.Netlink;

/// <summary>
/// Takes from the kernel's messages what belongs to a <see cref="TableImage"/>. Attributes are listed, not left out: a
/// newer kernel tells more about an object than it takes.
/// </summary>
internal static class ImageReader
{
    private static readonly int[] OfChains =
    [
        NftablesAttribute.ChainName, NftablesAttribute.ChainHook, NftablesAttribute.ChainPolicy,
        NftablesAttribute.ChainType, NftablesAttribute.ChainUserData,
    ];

    private static readonly int[] OfRules =
        [NftablesAttribute.RuleChain, NftablesAttribute.RuleExpressions, NftablesAttribute.RuleUserData];

    // NFTA_SET_NAME, FLAGS, KEY_TYPE, KEY_LEN, DATA_TYPE, DATA_LEN, POLICY, DESC, TIMEOUT, GC_INTERVAL, USERDATA,
    // OBJ_TYPE, EXPR, EXPRESSIONS
    private static readonly int[] OfSets = [NftablesAttribute.SetName, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 17, 18];

    public static ImageObject Chain(ReadOnlySpan<byte> attributes) => Pick(attributes, OfChains);

    public static ImageObject Rule(ReadOnlySpan<byte> attributes) => Pick(attributes, OfRules);

    public static ImageSet Set(ReadOnlySpan<byte> attributes)
    {
        var name = NetlinkAttribute.Find(attributes, NftablesAttribute.SetName).Text;
        return new ImageSet(name, Pick(attributes, OfSets), []);
    }

    public static void AddElements(ReadOnlySpan<byte> attributes, ImmutableArray<ImageObject>.Builder elements)
    {
        var list = NetlinkAttribute.Find(attributes, NftablesAttribute.SetElements).Value;
        foreach (var element in NetlinkAttribute.In(list))
        {
            elements.Add(new ImageObject([.. element.Value]));
        }
    }

    private static ImageObject Pick(ReadOnlySpan<byte> attributes, int[] wanted)
    {
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnObject);
        foreach (var attribute in NetlinkAttribute.In(attributes))
        {
            if (wanted == OfRules && attribute.Type == NftablesAttribute.RuleExpressions)
            {
                WriteExpressions(writer, attribute);
            }
            else if (wanted.Contains(attribute.Type))
            {
                writer.Raw(attribute.Bytes);
            }
        }

        return new ImageObject([.. writer.Written.Span]);
    }

    private static void WriteExpressions(NetlinkWriter writer, NetlinkAttribute expressions)
    {
        var list = writer.BeginNested(NftablesAttribute.RuleExpressions);
        foreach (var expression in NetlinkAttribute.In(expressions.Value))
        {
            var name = NetlinkAttribute.Find(expression.Value, NftablesAttribute.ExpressionName);
            if (name.Text == "counter")
            {
                // Without its numbers: it begins to count anew, and what it counted is no difference.
                var counter = writer.BeginNested(NftablesAttribute.ListEntry);
                writer.Raw(name.Bytes);
                writer.EndNested(writer.BeginNested(NftablesAttribute.ExpressionData));
                writer.EndNested(counter);
            }
            else
            {
                writer.Raw(expression.Bytes);
            }
        }

        writer.EndNested(list);
    }
}
