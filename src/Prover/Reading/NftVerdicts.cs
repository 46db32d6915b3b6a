// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads verdicts.</summary>
internal static class NftVerdicts
{
    /// <summary>The verdict of a property name; null: it is none.</summary>
    /// <exception cref="UnreadableException">It is one with something added.</exception>
    public static VerdictStep? TryRead(string name, JsonElement value) => name switch
    {
        "accept" => Plain(VerdictKind.Accept, value),
        "drop" => Plain(VerdictKind.Drop, value),
        "continue" => Plain(VerdictKind.Continue, value),
        "return" => Plain(VerdictKind.Return, value),
        "jump" => Call(VerdictKind.Jump, value),
        "goto" => Call(VerdictKind.Goto, value),
        _ => null,
    };

    private static VerdictStep Plain(VerdictKind kind, JsonElement value)
    {
        return value.ValueKind == JsonValueKind.Null
            ? new VerdictStep(kind)
            : throw new UnreadableException("a verdict with a parameter");
    }

    private static VerdictStep Call(VerdictKind kind, JsonElement value)
    {
        NftJson.Only(value, "target");
        return new VerdictStep(kind, NftKeys.Text(value, "target"));
    }

    /// <summary>A verdict of a map.</summary>
    /// <exception cref="UnreadableException">It is none.</exception>
    public static VerdictStep Read(JsonElement json)
    {
        var property = NftJson.Single(json);
        return TryRead(property.Name, property.Value) is { } verdict
            ? verdict
            : throw new UnreadableException("a map entry without a verdict");
    }
}
