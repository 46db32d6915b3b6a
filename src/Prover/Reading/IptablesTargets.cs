// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the targets of iptables-extensions(8) that the model knows.</summary>
internal sealed class IptablesTargets(IpFamily family)
{
    private const uint All = uint.MaxValue;

    private static readonly string[] MarkOptions =
        ["--set-xmark", "--set-mark", "--and-mark", "--or-mark", "--xor-mark"];

    private static readonly string[] ConnectionMarkOptions =
        [.. MarkOptions, "--save-mark", "--restore-mark", "--mask", "--nfmask", "--ctmask"];

    /// <summary>The steps of a target. What the model does not know is opaque: it may do anything.</summary>
    public IEnumerable<RuleStep> Read(IptablesTarget target)
    {
        try
        {
            return [.. Read(target.Name, target.Words)];
        }
        catch (UnreadableException e)
        {
            var words = target.Words.Select(word => word.Text).Prepend(target.Name);
            return [new OpaqueStep($"{e.Message}: -j {string.Join(' ', words)}")];
        }
    }

    private IEnumerable<RuleStep> Read(string name, List<IptablesToken> rest)
    {
        switch (name)
        {
            case "ACCEPT":
                Options(rest);
                return [new VerdictStep(VerdictKind.Accept)];
            case "DROP":
                Options(rest);
                return [new VerdictStep(VerdictKind.Drop)];
            case "REJECT":
                Options(rest, "--reject-with");
                return [new VerdictStep(VerdictKind.Drop)];
            case "RETURN":
                Options(rest);
                return [new VerdictStep(VerdictKind.Return)];
            case "LOG" or "NFLOG" or "TRACE" or "AUDIT" or "CLASSIFY" or "SECMARK" or "CONNSECMARK":
                // Whatever their options are, they leave alone what rules can ask for.
                return [];
            case "SET":
                return Set(rest);
            case "CHECKSUM" or "TCPMSS" or "TCPOPTSTRIP":
                return [new RewriteStep(name)];
            case "TOS" or "DSCP":
                return [new RewriteStep(name), new AssignStep(Field.TrafficClass, new UnknownExpression(name))];
            case "ECN":
                return
                [
                    new RewriteStep(name), new AssignStep(Field.TrafficClass, new UnknownExpression(name)),
                    new AssignStep(Field.TcpFlags, Ecn),
                ];
            case "MARK":
                return [new AssignStep(Field.Mark, Mark(Field.Mark, Options(rest, MarkOptions)))];
            case "CONNMARK":
                return [ConnectionMark(Options(rest, ConnectionMarkOptions))];
            case "NOTRACK":
                Options(rest);
                return [new NotrackStep()];
            case "CT":
                return Options(rest, "--notrack", "--helper", "--ctevents", "--expevents", "--zone", "--zone-orig",
                    "--zone-reply", "--timeout").ContainsKey("--notrack") ? [new NotrackStep()] : [];
            case "MASQUERADE":
                return [Translate(isDestination: false, null, Options(rest, "--to-ports", "--random", "--random-fully"))];
            case "SNAT" or "DNAT":
                var to = name == "SNAT" ? "--to-source" : "--to-destination";
                var options = Options(rest, to, "--random", "--random-fully", "--persistent");
                return [Translate(name == "DNAT", options.GetValueOrDefault(to), options)];
            case "REDIRECT":
                return [Redirect(Options(rest, "--to-ports", "--random", "--random-fully"))];
            default:
                throw new UnreadableException($"target {name}");
        }
    }

    // ECE and CWR, which --ecn-tcp-remove, say, takes away (net/ipv4/netfilter/ipt_ECN.c).
    private static XorExpression Ecn => new(
        new BitwiseExpression(new FieldExpression(Field.TcpFlags), 0x3f, 0),
        new BitwiseExpression(new UnknownExpression("the bits that the target ECN writes"), 0xc0, 0));

    // Adding to an ipset changes no packet, but a set can hold a mark that the packet gets (--map-mark).
    private static IEnumerable<RuleStep> Set(List<IptablesToken> rest)
    {
        return rest.Exists(word => word.Text is "--map-set" or "--map-mark")
            ? [new AssignStep(Field.Mark, new UnknownExpression("the mark of an ipset's entry"))]
            : [];
    }

    private static Dictionary<string, string> Options(List<IptablesToken> rest, params ReadOnlySpan<string> known)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < rest.Count; i++)
        {
            var hasValue = i + 1 < rest.Count && !rest[i + 1].IsOption;
            if (!rest[i].IsOption || !known.Contains(rest[i].Text)
                || !options.TryAdd(rest[i].Text, hasValue ? rest[i + 1].Text : ""))
            {
                throw new UnreadableException($"option {rest[i].Text} of a target");
            }
            i += hasValue ? 1 : 0;
        }
        return options;
    }

    // --set-xmark clears the mask's bits and flips the value's; the other forms are special cases of it.
    private static BitwiseExpression Mark(Field field, Dictionary<string, string> options)
    {
        var (option, text) = options.Count == 1
            ? options.First()
            : throw new UnreadableException("several options of a mark");
        var parts = text.Split('/');
        var value = Numbers.Parse(parts[0], 32);
        var mask = parts.Length > 1 ? Numbers.Parse(parts[1], 32) : All;
        return option switch
        {
            "--set-xmark" => new(new FieldExpression(field), All & ~mask, value),
            "--set-mark" => new(new FieldExpression(field), All & ~(mask | value), value),
            "--and-mark" => new(new FieldExpression(field), value, 0),
            "--or-mark" => new(new FieldExpression(field), All & ~value, value),
            "--xor-mark" => new(new FieldExpression(field), All, value),
            _ => throw new UnreadableException($"mark option {option}"),
        };
    }

    private static AssignStep ConnectionMark(Dictionary<string, string> options)
    {
        var both = Mask(options, "--mask", All);
        var packet = new BitwiseExpression(new FieldExpression(Field.Mark), Mask(options, "--nfmask", both), 0);
        var connection = new BitwiseExpression(
            new FieldExpression(Field.ConnectionMark), Mask(options, "--ctmask", both), 0);
        var modes = options.Keys.Count(option => option is not ("--mask" or "--nfmask" or "--ctmask"));
        if (modes != 1)
        {
            throw new UnreadableException("several options of a mark");
        }
        if (options.ContainsKey("--save-mark"))
        {
            var kept = connection with { Mask = All & ~connection.Mask };
            return new AssignStep(Field.ConnectionMark, new XorExpression(kept, packet));
        }
        if (options.ContainsKey("--restore-mark"))
        {
            var kept = packet with { Mask = All & ~packet.Mask };
            return new AssignStep(Field.Mark, new XorExpression(kept, connection));
        }
        return new AssignStep(Field.ConnectionMark, Mark(Field.ConnectionMark, options));
    }

    private static UInt128 Mask(Dictionary<string, string> options, string name, UInt128 otherwise)
    {
        return options.TryGetValue(name, out var text) ? Numbers.Parse(text, 32) : otherwise;
    }

    // 192.0.2.1, 192.0.2.1:53, 192.0.2.1-192.0.2.9, [2001:db8::1]:53. A range is some address.
    private TranslateStep Translate(bool isDestination, string? to, Dictionary<string, string> options)
    {
        var hasPort = options.ContainsKey("--to-ports") || options.ContainsKey("--random")
            || options.ContainsKey("--random-fully");
        if (to is null || !IPEndPoint.TryParse(to, out var parsed))
        {
            return new TranslateStep(isDestination, null, null, KeepsPort: false);
        }
        var address = Numbers.Address(parsed.Address.ToString(), family);
        var isPort = parsed.Port != 0;
        return new TranslateStep(isDestination, address, isPort ? (ushort)parsed.Port : null,
            KeepsPort: isDestination && !hasPort);
    }

    private static TranslateStep Redirect(Dictionary<string, string> options)
    {
        var ports = options.GetValueOrDefault("--to-ports");
        var isPort = ushort.TryParse(ports, out var port);
        return new TranslateStep(true, null, isPort ? port : null, KeepsPort: options.Count == 0) { ToThisMachine = true };
    }
}
