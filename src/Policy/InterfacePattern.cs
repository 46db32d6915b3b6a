// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics.CodeAnalysis;

namespace LeakVerifier.Policy;

/// <summary>One interface name, or every name that begins with a prefix (written <c>tun+</c>, as iptables does).</summary>
/// <param name="Stem">The name or the prefix: 1 to 15 characters of <c>[A-Za-z0-9_.-]</c>.</param>
/// <param name="IsPrefix">Whether <paramref name="Stem"/> is a prefix.</param>
public sealed record InterfacePattern(string Stem, bool IsPrefix)
{
    /// <summary>The kernel's IFNAMSIZ (linux/if.h) less the terminating zero.</summary>
    public const int MaximumLength = 15;

    /// <summary>Reads <c>tun0</c> or <c>tun+</c>.</summary>
    /// <returns>Whether <paramref name="text"/> is a valid name or prefix.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out InterfacePattern? pattern)
    {
        var isPrefix = text.EndsWith('+');
        var stem = isPrefix ? text[..^1] : text;
        var isValid = stem.Length is >= 1 and <= MaximumLength
            && stem is not ("." or "..")
            && stem.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
        pattern = isValid ? new InterfacePattern(stem, isPrefix) : null;
        return isValid;
    }

    /// <summary>Whether an interface of this name is meant.</summary>
    public bool Matches(string interfaceName)
    {
        return IsPrefix ? interfaceName.StartsWith(Stem, StringComparison.Ordinal) : interfaceName == Stem;
    }

    /// <summary>Whether some interface name is meant by both patterns.</summary>
    public bool Overlaps(InterfacePattern other)
    {
        return Matches(other.Stem) || other.Matches(Stem);
    }

    /// <summary>The configuration's spelling: <c>tun0</c> or <c>tun+</c>.</summary>
    public override string ToString() => IsPrefix ? Stem + "+" : Stem;
}
