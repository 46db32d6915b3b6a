// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Harness.Linux;

/// <summary>
/// Cuts what a program writes into lines. One that does not end is cut too: who writes no line feed must not fill the memory.
/// </summary>
/// <param name="onLine">Told of each line.</param>
internal sealed class LineCutter(Action<string> onLine)
{
    /// <summary>How many characters a line may have; of more than that the log keeps nothing anyway.</summary>
    public const int Longest = OutputLog.Limit;

    private readonly StringBuilder _line = new();
    private bool _isAfterReturn;

    /// <summary>Takes what was written next.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            // A carriage return ends a line as well, and a line feed behind it no other one.
            if (character is '\n' or '\r')
            {
                EndUnless(character == '\n' && _isAfterReturn);
            }
            else
            {
                _line.Append(character);
                EndUnless(_line.Length < Longest);
            }

            _isAfterReturn = character == '\r';
        }
    }

    /// <summary>Nothing more will come: what has no end yet is a line.</summary>
    public void Finish() => EndUnless(_line.Length == 0);

    private void EndUnless(bool goesOn)
    {
        if (!goesOn)
        {
            onLine(_line.ToString());
            _line.Clear();
        }
    }
}
