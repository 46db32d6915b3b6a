// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.Prover.Model;

/// <summary>A number that a rule computes.</summary>
public abstract record ValueExpression;

/// <summary>A constant.</summary>
public sealed record ConstantExpression(UInt128 Value) : ValueExpression;

/// <summary>The present value of a whole field.</summary>
public sealed record FieldExpression(Field Field) : ValueExpression;

/// <summary><c>(operand AND mask) XOR flip</c>: every bitwise operation with constants is of this form.</summary>
public sealed record BitwiseExpression(ValueExpression Operand, UInt128 Mask, UInt128 Flip) : ValueExpression;

/// <summary>The bitwise XOR of two values.</summary>
public sealed record XorExpression(ValueExpression Left, ValueExpression Right) : ValueExpression;

/// <summary>A number that the model does not know.</summary>
public sealed record UnknownExpression(string Construct) : ValueExpression;
