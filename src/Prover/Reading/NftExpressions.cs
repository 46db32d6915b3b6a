// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads what rules give to marks.</summary>
internal sealed class NftExpressions(NftMatches matches)
{
    /// <summary>The steps by which a field gets a value.</summary>
    public IEnumerable<RuleStep> Assign(Field field, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("map", out var map)
            && NftJson.Unexpected(json, "map") is null)
        {
            return matches.ValueMap(field, map);
        }
        var value = Read(json);
        var assign = new AssignStep(field, value);
        // What the model does not know may be something that cannot be read, which ends the rule.
        return IsKnown(value) ? [assign] : [new UnknownStep(NftMatches.Shortened(json)), assign];
    }

    private static bool IsKnown(ValueExpression value)
    {
        return value is not UnknownExpression && (value is not BitwiseExpression bitwise || IsKnown(bitwise.Operand));
    }

    // An expression of 32 bits. What the model does not know can be any number.
    private static ValueExpression Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetUInt32(out var number))
        {
            return new ConstantExpression(number);
        }
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() != 1)
        {
            return Unknown(json);
        }
        var property = NftJson.Single(json);
        if (property.Name is "meta" or "ct" && NftJson.Unexpected(property.Value, "key") is null
            && property.Value.TryGetProperty("key", out var key)
            && key.ValueKind == JsonValueKind.String && key.ValueEquals("mark"))
        {
            return new FieldExpression(property.Name == "meta" ? Field.Mark : Field.ConnectionMark);
        }
        return property.Name is "&" or "|" or "^" ? Bitwise(property.Name, property.Value) : Unknown(json);
    }

    private static ValueExpression Bitwise(string op, JsonElement operands)
    {
        if (operands.ValueKind != JsonValueKind.Array || operands.GetArrayLength() != 2)
        {
            return Unknown(operands);
        }
        var left = Read(operands[0]);
        if (Read(operands[1]) is not ConstantExpression constant)
        {
            return Unknown(operands);
        }
        var all = (UInt128)uint.MaxValue;
        return op switch
        {
            "&" => new BitwiseExpression(left, constant.Value, 0),
            "|" => new BitwiseExpression(left, all & ~constant.Value, constant.Value),
            _ => new BitwiseExpression(left, all, constant.Value),
        };
    }

    private static UnknownExpression Unknown(JsonElement json) => new(NftMatches.Shortened(json));
}
