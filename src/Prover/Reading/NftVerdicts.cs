// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads verdicts.</summary>
internal static class NftVerdicts
{
    /// <summary>The verdict of a property name; null: it is none.</summary>
    public static VerdictStep? TryRead(string name, JsonElement value) => name switch
    {
        "accept" => new VerdictStep(VerdictKind.Accept),
        "drop" => new VerdictStep(VerdictKind.Drop),
        "continue" => new VerdictStep(VerdictKind.Continue),
        "return" => new VerdictStep(VerdictKind.Return),
        "jump" => new VerdictStep(VerdictKind.Jump, NftKeys.Text(value, "target")),
        "goto" => new VerdictStep(VerdictKind.Goto, NftKeys.Text(value, "target")),
        _ => null,
    };

    /// <summary>A verdict of a map.</summary>
    /// <exception cref="UnreadableException">It is none.</exception>
    public static VerdictStep Read(JsonElement json)
    {
        var property = json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().FirstOrDefault() : default;
        return property.Value.ValueKind != JsonValueKind.Undefined
            && TryRead(property.Name, property.Value) is { } verdict
            ? verdict
            : throw new UnreadableException("a map entry without a verdict");
    }
}
