// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Text.Json;
using LeakVerifier.Harness.Linux;

namespace LeakVerifier.IntegrationTests.Boot;

/// <summary>QEMU's control connection: lines of JSON in both directions (docs/interop/qmp-spec of QEMU).</summary>
internal sealed class MachineMonitor : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private readonly HashSet<string> _events = [];

    private MachineMonitor(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
    }

    /// <summary>Connects once QEMU listens, and takes the connection out of its negotiation.</summary>
    public static async Task<MachineMonitor> ConnectAsync(string path, ChildProcess qemu, CancellationToken timeout)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (!await TryConnectAsync(socket, path, timeout))
        {
            qemu.HasExited.Should().BeFalse("QEMU should run, but said: {0}", qemu.Output);
            await Task.Yield();
        }

        var monitor = new MachineMonitor(socket);
        await monitor.ExecuteAsync("qmp_capabilities", timeout);
        return monitor;
    }

    /// <summary>Runs a command and waits until it is done.</summary>
    public async Task ExecuteAsync(string command, CancellationToken timeout)
    {
        await _writer.WriteLineAsync($$"""{"execute":"{{command}}"}""".AsMemory(), timeout);
        while (!await ReadAsync(reply => reply.TryGetProperty("return", out _), timeout))
        {
        }
    }

    /// <summary>Waits for an event that has come or is to come.</summary>
    public async Task WaitForEventAsync(string name, CancellationToken timeout)
    {
        while (!_events.Contains(name))
        {
            await ReadAsync(_ => false, timeout);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }

    private static async Task<bool> TryConnectAsync(Socket socket, string path, CancellationToken timeout)
    {
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), timeout);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<bool> ReadAsync(Func<JsonElement, bool> isWanted, CancellationToken timeout)
    {
        var line = await _reader.ReadLineAsync(timeout) ?? throw new EndOfStreamException("QEMU ended");
        using var message = JsonDocument.Parse(line);
        if (message.RootElement.TryGetProperty("event", out var name))
        {
            _events.Add(name.GetString()!);
        }

        message.RootElement.TryGetProperty("error", out var error).Should().BeFalse("QEMU should do it: {0}", error);
        return isWanted(message.RootElement);
    }
}
