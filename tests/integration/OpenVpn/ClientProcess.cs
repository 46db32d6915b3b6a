// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;

namespace LeakVerifier.IntegrationTests.OpenVpn;

/// <summary>The real client, with its log.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _changed = new(0);
    private bool _isDisposed;

    private ClientProcess(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public string Log
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public static ClientProcess Start(Namespace host, string configuration)
    {
        // Such a folder is the user's alone: the file holds a private key.
        var folder = Directory.CreateTempSubdirectory("lv-openvpn").FullName;
        var file = Path.Combine(folder, "client.ovpn");
        File.WriteAllText(file, configuration);
        var start = new ProcessStartInfo("openvpn", ["--config", file]) { RedirectStandardOutput = true };
        var client = new ClientProcess(host.Run(() => Process.Start(start))!, folder);
        client._process.OutputDataReceived += (_, line) => client.Add(line.Data);
        client._process.BeginOutputReadLine();
        return client;
    }

    /// <summary>Waits until so many lines of the log have had the text.</summary>
    public async Task WaitForLineAsync(string text, CancellationToken timeout, int times = 1)
    {
        try
        {
            while (Count(text) < times)
            {
                await _changed.WaitAsync(timeout);
                HasEnded().Should().BeFalse($"the client was to say '{text}', but said: {Log}");
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the client did not say '{text}', but: {Log}");
        }

        bool HasEnded() => _process.HasExited && Count(text) < times;
    }

    public Task WaitUntilUpAsync(CancellationToken timeout, int times = 1)
    {
        return WaitForLineAsync("Initialization Sequence Completed", timeout, times);
    }

    public async Task WaitForExitAsync(CancellationToken timeout) => await _process.WaitForExitAsync(timeout);

    public int Count(string text)
    {
        lock (_lines)
        {
            return _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <summary>Sends a signal by name, such as <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            _lines.Add(line ?? "(end of the log)");
        }

        _changed.Release();
    }
}
