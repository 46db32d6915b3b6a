// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace LeakVerifier.Harness.Linux;

/// <summary>The last 64 KiB of what a program wrote, and whoever waits for a line of it.</summary>
internal sealed class OutputLog
{
    /// <summary>How many characters are kept.</summary>
    public const int Limit = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly List<(Predicate<string> IsWanted, TaskCompletionSource<string> Found)> _waiters = [];
    private bool _isClosed;

    public void Append(string line)
    {
        List<TaskCompletionSource<string>> found;
        lock (_lock)
        {
            _text.Append(line).Append('\n');
            if (_text.Length > Limit)
            {
                _text.Remove(0, _text.Length - Limit);
            }

            found = [.. _waiters.Where(waiter => waiter.IsWanted(line)).Select(waiter => waiter.Found)];
            _waiters.RemoveAll(waiter => found.Contains(waiter.Found));
        }

        found.ForEach(waiter => waiter.TrySetResult(line));
    }

    /// <summary>No more lines will come: whoever still waits gets null.</summary>
    public void Close()
    {
        List<TaskCompletionSource<string>> left;
        lock (_lock)
        {
            _isClosed = true;
            left = [.. _waiters.Select(waiter => waiter.Found)];
            _waiters.Clear();
        }

        left.ForEach(waiter => waiter.TrySetResult(""));
    }

    /// <summary>The first line, written already or yet to come, that is wanted; null when the program ends first.</summary>
    public async Task<string?> WaitForLineAsync(Predicate<string> isWanted, CancellationToken cancellation)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_text.ToString().Split('\n').FirstOrDefault(line => isWanted(line)) is { } past)
            {
                return past;
            }

            if (_isClosed)
            {
                return null;
            }

            _waiters.Add((isWanted, found));
        }

        var line = await found.Task.WaitAsync(cancellation);
        return line.Length == 0 ? null : line;
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return _text.ToString();
        }
    }
}
