// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using LeakVerifier.Firewall.Netlink;

namespace LeakVerifier.Firewall.Bytecode;

/// <summary>Turns one rule, as nft spells it, into the expressions that the kernel runs.</summary>
internal sealed class RuleAssembly
{
    private const byte CommentInUserData = 0; // NFTNL_UDATA_RULE_COMMENT
    private const byte AdministrativelyProhibited = 3; // NFT_REJECT_ICMPX_ADMIN_PROHIBITED

    // linux/netfilter.h: NF_DROP, NF_ACCEPT; linux/netfilter/nf_tables.h: NFT_JUMP, NFT_RETURN
    private const int Drop = 0;
    private const int Accept = 1;
    private const int Jump = -3;
    private const int Return = -5;

    private readonly RuleMatches _matches;
    private readonly RuleWords _words;
    private string? _comment;

    private RuleAssembly(NftablesFamily family, string rule, AnonymousSets sets)
    {
        _words = new RuleWords(rule);
        _matches = new RuleMatches(family, sets, _words);
    }

    /// <summary>A rule as an object of a <see cref="TableImage"/>.</summary>
    /// <param name="family">The table's.</param>
    /// <param name="chain">The rule's chain.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="sets">Takes the sets inside of it.</param>
    /// <exception cref="UnknownWordException">Nothing here knows one of its words.</exception>
    public static ImageObject Assemble(NftablesFamily family, string chain, string rule, AnonymousSets sets)
    {
        var assembly = new RuleAssembly(family, rule, sets);
        while (assembly._words.HasMore)
        {
            var word = assembly._words.Next();
            if (!assembly._matches.TryTake(word))
            {
                assembly.Take(word);
            }
        }

        return assembly.Image(chain);
    }

    private ImageObject Image(string chain)
    {
        using var writer = new NetlinkWriter(NetlinkWriter.OfAnObject);
        writer.Text(NftablesAttribute.RuleChain, chain);
        var list = writer.BeginNested(NftablesAttribute.RuleExpressions);
        foreach (var expression in _matches.Expressions)
        {
            expression.AddTo(writer);
        }

        writer.EndNested(list);
        if (_comment is not null)
        {
            var text = Encoding.UTF8.GetBytes(_comment + "\0");
            writer.Attribute(NftablesAttribute.RuleUserData, [CommentInUserData, (byte)text.Length, .. text]);
        }

        return new ImageObject([.. writer.Written.Span]);
    }

    /// <summary>What a rule does with a packet that it matches.</summary>
    private void Take(string word)
    {
        switch (word)
        {
            case "counter": Add(Expression.Counter); break;
            case "accept": Add(Expression.Verdict(Accept)); break;
            case "drop": Add(Expression.Verdict(Drop)); break;
            case "return": Add(Expression.Verdict(Return)); break;
            case "jump": Add(Expression.Verdict(Jump, _words.Next())); break;
            case "masquerade": Add(Expression.Masquerade); break;
            case "reject": Reject(); break;
            case "dnat": Destination(); break;
            case "limit": Limit(); break;
            case "log": Log(); break;
            case "comment": _comment = _words.Text(); break;
            default: throw new UnknownWordException(word);
        }
    }

    private void Add(Expression expression) => _matches.Add(expression);

    private void Reject()
    {
        _words.Expect("with", "icmpx", "admin-prohibited");
        Add(Expression.Reject(AdministrativelyProhibited));
    }

    private void Destination()
    {
        var type = DataType.AddressOf(_words.Next());
        _words.Expect("to");
        Add(Expression.Immediate(type.Parse(_words.Next())));
        Add(Expression.Destination(type == DataType.Ipv6Address ? NftablesFamily.Ipv6 : NftablesFamily.Ipv4));
    }

    private void Limit()
    {
        const uint minute = 60;
        _words.Expect("rate");
        if (_words.Next().Split('/') is not [var packets, "minute"])
        {
            throw new UnknownWordException("rate");
        }

        _words.Expect("burst");
        var burst = _words.Number();
        _words.Expect("packets");
        Add(Expression.Limit(RuleWords.NumberIn(packets), minute, burst));
    }

    private void Log()
    {
        const uint user = 8; // NF_LOG_UID
        _words.Expect("prefix");
        var prefix = _words.Text();
        var flags = 0u;
        if (_words.Takes("flags"))
        {
            _words.Expect("skuid");
            flags = user;
        }

        Add(Expression.Log(prefix, flags));
    }
}
