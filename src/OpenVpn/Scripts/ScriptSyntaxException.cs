// SPDX-License-Identifier: GPL-3.0-or-later

namespace LeakVerifier.OpenVpn.Scripts;

/// <summary>A line cannot be read. Does not leave the parser.</summary>
internal sealed class ScriptSyntaxException(string what, string mend) : FormatException(what)
{
    public string Mend => mend;
}
