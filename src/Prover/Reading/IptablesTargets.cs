// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the targets of iptables-extensions(8) that the model knows.</summary>
internal sealed class IptablesTargets(IpFamily family)
{
    private const uint All = uint.MaxValue;

    /// <summary>The steps of a target with the words behind it.</summary>
    /// <exception cref="UnreadableException">The model does not know it: it may do anything.</exception>
    public IEnumerable<RuleStep> Read(string name, List<IptablesToken> rest)
    {
        var options = Options(rest);
        switch (name)
        {
            case "ACCEPT":
                return [new VerdictStep(VerdictKind.Accept)];
            case "DROP" or "REJECT":
                return [new VerdictStep(VerdictKind.Drop)];
            case "RETURN":
                return [new VerdictStep(VerdictKind.Return)];
            case "LOG" or "NFLOG" or "TRACE" or "AUDIT" or "CLASSIFY" or "SECMARK" or "CONNSECMARK" or "SET":
                return [];
            case "CHECKSUM" or "TCPMSS" or "TCPOPTSTRIP" or "TOS" or "DSCP" or "ECN" or "TTL" or "HL":
                return name is "TTL" or "HL" ? throw new UnreadableException(name) : [new RewriteStep(name)];
            case "MARK":
                return [new AssignStep(Field.Mark, Mark(Field.Mark, options))];
            case "CONNMARK":
                return [ConnectionMark(options)];
            case "NOTRACK":
            case "CT" when options.ContainsKey("--notrack"):
                return [new NotrackStep()];
            case "CT":
                return [];
            case "MASQUERADE" or "SNAT":
                return [Translate(isDestination: false, options.GetValueOrDefault("--to-source"), options)];
            case "DNAT":
                return [Translate(isDestination: true, options.GetValueOrDefault("--to-destination"), options)];
            case "REDIRECT":
                return [Redirect(options.GetValueOrDefault("--to-ports"))];
            default:
                throw new UnreadableException($"target {name}");
        }
    }

    private static Dictionary<string, string> Options(List<IptablesToken> rest)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < rest.Count; i++)
        {
            var hasValue = i + 1 < rest.Count && !rest[i + 1].IsOption;
            if (!rest[i].IsOption || !options.TryAdd(rest[i].Text, hasValue ? rest[i + 1].Text : ""))
            {
                throw new UnreadableException("options of a target");
            }
            i += hasValue ? 1 : 0;
        }
        return options;
    }

    // --set-xmark clears the mask's bits and flips the value's; the other forms are special cases of it.
    private static BitwiseExpression Mark(Field field, Dictionary<string, string> options)
    {
        var (option, text) = options.FirstOrDefault();
        var parts = (text ?? "").Split('/');
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

    private static TranslateStep Redirect(string? ports)
    {
        var isPort = ushort.TryParse(ports, out var port);
        return new TranslateStep(true, null, isPort ? port : null, KeepsPort: ports is null) { ToThisMachine = true };
    }
}
