// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace LeakVerifier.Harness.Linux;

/// <summary>A program that runs in a namespace until it ends or is ended.</summary>
public sealed class ChildProcess : IRunningProgram
{
    /// <summary>How long a program may take of which nothing is said, also on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long what a program wrote may take to be read after its end.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>How many characters are read at once.</summary>
    private const int BlockLength = 4096;

    private readonly Process _process;
    private readonly OutputLog _output = new();
    private readonly string _command;
    private readonly Task _outputEnded;

    private ChildProcess(Process process, string command)
    {
        _process = process;
        _command = command;
        _outputEnded = PumpAsync();
    }

    /// <summary>Its process id, in this process's process-id namespace.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Completes when it has ended.</summary>
    public Task Exited => _process.WaitForExitAsync(CancellationToken.None);

    /// <summary>What it wrote so far: the last 64 KiB.</summary>
    public string Output => _output.ToString();

    /// <summary>Starts a program on the thread's namespaces and user.</summary>
    /// <param name="thread">Where the program runs.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables to add to the harness's own.</param>
    /// <param name="input">What it reads from standard input; null: nothing.</param>
    public static async Task<ChildProcess> StartAsync(
        NamespaceThread thread,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment = null,
        string? input = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = await thread.StartAsync(start);
        var child = new ChildProcess(process, string.Join(' ', command));
        await child.FeedAsync(input);
        return child;
    }

    /// <summary>Starts a program and waits for its end.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it was killed.</exception>
    public static async Task<CommandResult> RunAsync(
        NamespaceThread thread,
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string>? environment = null,
        string? input = null,
        TimeSpan? timeout = null,
        CancellationToken cancellation = default)
    {
        await using var child = await StartAsync(thread, command, environment, input);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var limit = timeout ?? Patience;
        deadline.CancelAfter(limit);
        try
        {
            return await child.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"'{child._command}' did not end within {limit.TotalSeconds:0.#} s");
        }
    }

    /// <summary>Waits for its end and for the rest of its output.</summary>
    public async Task<CommandResult> WaitForExitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);

        // A daemon that it left behind may hold the pipes open; its output is not waited for.
        await Task.WhenAny(_outputEnded, Task.Delay(LastWords, TimeProvider.System, cancellation));
        return new CommandResult(_command, _process.ExitCode, Output);
    }

    /// <summary>The first line that is wanted, written already or yet to come; null when the program ends first.</summary>
    public Task<string?> WaitForLineAsync(Predicate<string> isWanted, CancellationToken cancellation)
    {
        return _output.WaitForLineAsync(isWanted, cancellation);
    }

    /// <summary>Sends a signal, if it still runs.</summary>
    public void Send(Signal signal)
    {
        if (!_process.HasExited)
        {
            _ = LibC.kill(_process.Id, (int)signal);
        }
    }

    /// <summary>Kills it, if it still runs, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task FeedAsync(string? input)
    {
        try
        {
            await _process.StandardInput.WriteAsync(input ?? "");
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading: its exit code tells.
        }
    }

    // One of the two ends first: what the other still has is not written by then.
    private async Task PumpAsync()
    {
        try
        {
            await Task.WhenAll(PumpAsync(_process.StandardOutput), PumpAsync(_process.StandardError));
        }
        finally
        {
            _output.Close();
        }
    }

    private async Task PumpAsync(StreamReader reader)
    {
        var lines = new LineCutter(_output.Append);
        var block = new char[BlockLength];
        try
        {
            while (await reader.ReadAsync(block) is > 0 and var length)
            {
                lines.Add(block.AsSpan(0, length));
            }

            lines.Finish();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process was disposed of while a grandchild still held the pipe.
        }
    }
}
