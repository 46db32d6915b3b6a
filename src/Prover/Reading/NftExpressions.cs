// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using LeakVerifier.Prover.Model;

namespace LeakVerifier.Prover.Reading;

/// <summary>Reads the values that rules give to marks.</summary>
internal static class NftExpressions
{
    /// <summary>An expression of 32 bits. What the model does not know can be any number.</summary>
    public static ValueExpression Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetUInt32(out var number))
        {
            return new ConstantExpression(number);
        }
        var property = json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().FirstOrDefault() : default;
        if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("key", out var key)
            && key.ValueEquals("mark") && property.Name is "meta" or "ct")
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
