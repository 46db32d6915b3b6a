// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using LeakVerifier.IntegrationTests.OpenVpn;

namespace LeakVerifier.OpenVpnThroughput;

/// <summary>The real program, client or server.</summary>
internal sealed class OpenVpnProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock;
    private readonly List<string> _log = [];

    private OpenVpnProcess(Process process, Stopwatch clock)
    {
        _process = process;
        _clock = clock;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>Is completed by "Initialization Sequence Completed".</summary>
    public Task Ready => _ready.Task;

    /// <summary>From the start to <see cref="Ready"/>.</summary>
    public double Milliseconds { get; private set; }

    public static OpenVpnProcess Start(Namespace host, string configuration)
    {
        var start = new ProcessStartInfo("openvpn", ["--config", configuration]) { RedirectStandardOutput = true };
        var clock = Stopwatch.StartNew();
        return new OpenVpnProcess(host.Run(() => Process.Start(start))!, clock);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(new InvalidOperationException("openvpn ended: " + string.Join('\n', _log)));
            return;
        }

        _log.Add(line);
        if (line.Contains("Initialization Sequence Completed", StringComparison.Ordinal))
        {
            Milliseconds = _clock.Elapsed.TotalMilliseconds;
            _ready.TrySetResult();
        }
    }
}
